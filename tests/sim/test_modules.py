"""The private module table: imports as the board makes them, and nothing left in the desktop's Python."""

from __future__ import annotations

import sys

import pytest

from sim.costs import Prices
from sim.drive import assemble, bundle_folder
from sim.modules import SourceFile

FREE = Prices(0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_nothing_lands_in_sys_modules(make_table) -> None:
    before = set(sys.modules)
    table = make_table(
        {"waking": "import torpor.clock\nnow = torpor.clock.now", "torpor": "", "torpor.clock": "now = 7"}
    )
    assert table.run_main(SourceFile("code.py", "import waking\nx = waking.now")).x == 7
    assert set(sys.modules) == before
    assert sorted(table.modules) == ["__main__", "torpor", "torpor.clock", "waking"]


def test_two_tables_do_not_see_each_other(make_table) -> None:
    files = {"count": "n = 0\ndef up():\n  global n\n  n += 1\n  return n"}
    text = "import count\ndef up(): return count.up()"
    one = make_table(files).run_main(SourceFile("code.py", text))
    two = make_table(files).run_main(SourceFile("code.py", text))
    assert [one.up(), one.up(), two.up(), one.up()] == [1, 2, 1, 3]


@pytest.mark.parametrize(
    "name", ["dataclasses", "enum", "typing", "logging", "functools", "os.path", "torpor.absent"]
)
def test_what_the_board_lacks_cannot_be_imported(make_table, name: str) -> None:
    table = make_table({"torpor": "", "torpor.clock": ""})
    text = f"try:\n  import {name}\nexcept ImportError as error:\n  told = str(error)"
    assert "no module named" in table.run_main(SourceFile("code.py", text)).told


@pytest.mark.parametrize(
    "name", ["FileNotFoundError", "PermissionError", "ConnectionResetError", "SystemError"]
)
def test_exceptions_the_board_lacks_are_name_errors(make_table, name: str) -> None:
    text = f"def work():\n  try: raise OSError(2)\n  except {name}: return 'caught'"
    module = make_table({}).run_main(SourceFile("code.py", text))
    with pytest.raises(NameError, match=name):
        module.work()


def test_exceptions_the_board_has(make_table) -> None:
    text = (
        "found = [ConnectionError, TimeoutError, BrokenPipeError, OSError, StopAsyncIteration, MemoryError]"
    )
    assert len(make_table({}).run_main(SourceFile("code.py", text)).found) == 6


def test_base_exceptions_pass_except_exception(make_table) -> None:
    class Asleep(BaseException):
        pass

    def sleep() -> None:
        raise Asleep

    text = (
        "done = []\ndef work():\n  try: sleep()\n  except Exception: done.append('eaten')\n"
        "  finally: done.append('left')"
    )
    module = make_table({}, natives={"sleep": sleep}).run_main(SourceFile("code.py", text))
    with pytest.raises(Asleep):
        module.work()
    assert module.done == ["left"]


def test_relative_and_circular_imports(make_table) -> None:
    files = {
        "pack": "from .core import run\nfrom . import core\n",
        "pack.core": (
            "from . import task\nfrom .deep.leaf import size\ndef run(): return task.name + str(size)\n"
        ),
        "pack.task": "from . import core\nname = 'task of ' + core.__name__\n",
        "pack.deep": "",
        "pack.deep.leaf": "from .. import task\nfrom ..task import name\nsize = len(name)\n",
    }
    module = make_table(files).run_main(
        SourceFile("code.py", "import pack\nfrom pack import deep, task\nx = pack.run()")
    )
    assert module.x == "task of pack.core17"
    assert module.task.core is module.pack.core
    assert module.deep.leaf.task is module.task


def test_a_name_that_is_not_there(make_table) -> None:
    with pytest.raises(ImportError, match="cannot import name 'b'"):
        make_table({"one": "a = 1"}).run_main(SourceFile("code.py", "from one import a, b"))


def test_a_module_that_failed_is_tried_again(make_table) -> None:
    files = {"one": "fail.append(1)\nif len(fail) < 2: raise ValueError('first')\nok = True"}
    text = "try:\n  import one\nexcept ValueError:\n  pass\nimport one\nok = one.ok"
    assert make_table(files, natives={"fail": []}).run_main(SourceFile("code.py", text)).ok


def test_each_file_is_loaded_once_per_vm(make_table) -> None:
    files = {"a": "import b\nimport c", "b": "import c", "c": ""}
    loaded: list[str] = []
    table = make_table(files, on_load=lambda name, file: loaded.append(name))
    table.run_main(SourceFile("code.py", "import a\nimport b\nfrom c import *\n__import__('a')"))
    assert loaded == ["__main__", "a", "b", "c"]
    make_table(files, on_load=lambda name, file: loaded.append(name)).run_main(
        SourceFile("code.py", "import c")
    )
    assert loaded[4:] == ["__main__", "c"]


@pytest.fixture
def asyncio_files() -> dict[str, SourceFile]:
    folder = bundle_folder()
    names = ("asyncio", "asyncio.core", "asyncio.task", "asyncio.funcs", "adafruit_ticks")
    paths = (
        "asyncio/__init__.py",
        "asyncio/core.py",
        "asyncio/task.py",
        "asyncio/funcs.py",
        "adafruit_ticks.py",
    )
    return {
        name: SourceFile(path, (folder / path).read_text()) for name, path in zip(names, paths, strict=True)
    }


def test_the_real_asyncio_on_virtual_time(machine, run_text, asyncio_files) -> None:
    import asyncio

    text = """
import asyncio
log = []
async def tick(name, ms, count):
    for i in range(count):
        await asyncio.sleep_ms(ms)
        log.append((name, i))
async def main():
    await asyncio.gather(tick("a", 20, 3), tick("b", 35, 2))
asyncio.run(main())
"""
    module = run_text(machine, text, asyncio_files)
    assert module.log == [("a", 0), ("b", 0), ("a", 1), ("a", 2), ("b", 1)]
    assert 0.070 <= machine.world.now < 0.3
    assert sys.modules["asyncio"] is asyncio is not module.asyncio


@pytest.mark.parametrize(("compiled", "us_per_byte"), [(False, 16.4), (True, 0.48)])
def test_compiling_is_charged_by_the_boards_row(
    make_world, make_hardware, compiled: bool, us_per_byte: float
) -> None:
    from sim.life import Life

    hardware = make_hardware()
    design = hardware.design
    life = Life(hardware, assemble(design, compiled=compiled))
    text = "x = 1  # ½\n" * 100  # 12 bytes a line, 11 signs
    life.loads.clear()
    life._loading("one", SourceFile("one.py", text, compiled=compiled))
    open_us = design.board.v("file_open") * 1000
    assert hardware.world.counter[0] / 1000 == pytest.approx(1200 * us_per_byte + open_us)
    hardware.world.counter[0] = 0
    life._loading("two", SourceFile("two.py", text, native=True))
    assert hardware.world.counter[0] == 0
