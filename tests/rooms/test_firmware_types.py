"""The firmware's type check really refuses wrong calls, and accepts what boards really have."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from boards import list_designs, load_design

BOARD = "raspberry_pi_pico_w"


@pytest.fixture(scope="module")
def types() -> ModuleType:
    path = Path(__file__).with_name("firmware_types.py")
    spec = importlib.util.spec_from_file_location("firmware_types", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def typings(types: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = types.make_typings(tmp_path_factory.mktemp("typings") / BOARD, BOARD)
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def checked(types: ModuleType, typings: Path, cache: Path, folder: Path, code: str) -> tuple[int, str]:
    (folder / "lib" / "torpor").mkdir(parents=True)
    (folder / "lib" / "torpor" / "__init__.py").write_text("")
    (folder / "camera").mkdir()
    (folder / "camera" / "code.py").write_text(code)
    result: tuple[int, str] = types.check(folder, "camera", typings, cache)
    return result


WRONG = {
    "text on the bus": (
        "import board, busio\ndef f(i2c: busio.I2C):\n    i2c.writeto(0x40, 'text')\n",
        'Argument 2 to "writeto"',
    ),
    "in a function without annotations": (
        "import board, busio\ndef f():\n    busio.I2C(board.GP1, board.GP0).writeto(0x40, 'text')\n",
        'Argument 2 to "writeto"',
    ),
    "a pin that the board does not have": ("import board\nboard.GP99\n", "GP99"),
    "a misspelt keyword": (
        "import alarm, board\nalarm.pin.PinAlarm(board.GP13, value=True, pul=True)\n",
        "pul",
    ),
    "a hash that only CPython offers": ("import hashlib\nhashlib.sha256(b'')\n", "sha256"),
    "a collector call that only CPython offers": ("import gc\ngc.freeze()\n", "freeze"),
    "a method the meter's library does not have": (
        "import adafruit_ina219, board, busio\n"
        "adafruit_ina219.INA219(busio.I2C(board.GP1, board.GP0)).sleep()\n",
        "sleep",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_call_is_refused(
    name: str, types: ModuleType, typings: Path, cache: Path, tmp_path: Path
) -> None:
    source, said = WRONG[name]
    code, output = checked(types, typings, cache, tmp_path, source)
    assert (code, said in output) == (1, True), output


def test_what_the_board_has_is_accepted(
    types: ModuleType, typings: Path, cache: Path, tmp_path: Path
) -> None:
    source = """\
import asyncio
import gc
import hashlib
import time
import adafruit_ina219
import alarm
import board
import busio
import node

def main():
    meter = adafruit_ina219.INA219(busio.I2C(board.GP1, board.GP0), node.METER_ADDRESS)
    digest = hashlib.new("sha256", b"")
    digest.update(memoryview(bytearray(4)))
    alarms = (alarm.pin.PinAlarm(board.GP13, value=True, pull=True),)
    alarm.sleep_memory[0:2] = b"ab"
    print(meter.current, gc.mem_free(), time.monotonic_ns(), digest.digest())
    alarm.exit_and_deep_sleep_until_alarms(*alarms)

async def nap():
    await asyncio.sleep_ms(5)
"""
    assert checked(types, typings, cache, tmp_path, source)[0] == 0, "see mypy's output"


def test_a_board_nobody_knows_is_an_error(types: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        types.make_typings(tmp_path / "typings", "no_such_board")


def test_what_the_typings_promise_is_there_on_every_board() -> None:
    boards = [load_design(name).board for name in list_designs()]
    assert [board.name for board in boards if board.v("nvm") < 1 or board.v("watchdog_max") < 1] == []
