"""The door: what it sets up and when, how it hands over, and what it says when it cannot go on."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
TAKES = "run.py takes one of demo, test, lint, bench, docs, torpor"
LOCKS = (
    "requirements.lock", "requirements-odds.lock", "requirements-docs.lock", "requirements-dev.lock",
    "firmware-libs.lock", "firmware-stubs.lock",
)  # fmt: skip
EMBEDDED = ("benchmarks/node_js.py", "tests/vm/package.json", "tests/vm/package-lock.json")


@pytest.fixture(scope="module")
def run() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["run"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


class Machine:
    """Stands for the machine: notes every set-up command, makes what it would make, fails when told to."""

    def __init__(self, root: Path, module: ModuleType) -> None:
        self.root, self.module = root, module
        self.commands: list[str] = []
        self.printed = ""
        self.fails: dict[str, tuple[int, str] | BaseException] = {}
        self.children: list[tuple[list[str], Path]] = []
        self.codes: list[int] = []
        for folder in ("benchmarks", "tests/vm"):
            (root / folder).mkdir(parents=True)
        for name in (*LOCKS, *EMBEDDED, "pyproject.toml"):
            (root / name).write_text(name)

    def call(self, command: Sequence[str], folder: Path) -> tuple[int, str]:
        text = " ".join(command)
        self.commands.append(text)
        for part, failure in self.fails.items():
            if part in text:
                if isinstance(failure, BaseException):
                    raise failure
                return failure
        if "-m venv" in text:
            self.make_environment()
        return 0, ""

    def make_environment(self, version: tuple[int, ...] = sys.version_info[:3]) -> None:
        python = self.house().python
        python.parent.mkdir(parents=True, exist_ok=True)
        python.write_text("")
        config = f"home = nowhere\nversion = {'.'.join(map(str, version))}\n"
        (self.root / ".venv" / "pyvenv.cfg").write_text(config)

    def child(self, command: Sequence[str], folder: Path) -> int:
        self.children.append((list(command), folder))
        return self.codes.pop(0) if self.codes else 0

    def house(self) -> object:
        return self.module.House(self.root, self.call, self.say)

    def say(self, text: str, end: str) -> None:
        self.printed += text + end

    def start(self, *arguments: str) -> int:
        """Start run.py; `commands` then holds what the set-up did in this start."""
        self.commands.clear()
        self.children.clear()
        here = self.root / "elsewhere"
        code: int = self.module.main(list(arguments), self.house(), self.child, here)
        return code

    def stages(self) -> list[str]:
        """The set-up commands of the last start, shortened to what tells them apart."""
        marks = {"-m venv": "venv", "-e .": "checkout", "pip --version": "look", EMBEDDED[0]: "embedded"}
        marks |= {name: name.removesuffix(".lock") for name in LOCKS}
        return [mark for text in self.commands for part, mark in marks.items() if part in text]


@pytest.fixture
def machine(tmp_path: Path, run: ModuleType) -> Machine:
    return Machine(tmp_path, run)


EVERYTHING = ["venv", "requirements", "firmware-libs", "checkout"]
ODDS = ["requirements-odds"]
DOCS = ["requirements-docs"]
TOOLS = ["requirements-dev", "firmware-stubs"]
INTERPRETER = ["embedded"]


def test_the_first_start_sets_everything_up_and_the_second_nothing(machine: Machine) -> None:
    assert machine.start("demo") == 0
    assert machine.stages() == EVERYTHING
    assert machine.start("demo") == 0
    assert machine.stages() == []


def test_only_test_lint_and_bench_install_the_tools(machine: Machine) -> None:
    machine.start("torpor")
    assert machine.stages() == EVERYTHING
    machine.start("lint")
    assert machine.stages() == ODDS + DOCS + TOOLS + INTERPRETER
    machine.start("test")
    machine.start("bench", "twin")
    assert machine.stages() == []


@pytest.mark.parametrize("command", ["viability", "size", "compare"])
def test_the_odds_bring_their_compiler_when_they_are_first_asked_for(machine: Machine, command: str) -> None:
    machine.start("torpor", "simulate")
    assert machine.stages() == EVERYTHING
    machine.start("torpor", command, "--years", "10")
    assert machine.stages() == ODDS
    machine.start("torpor", command)
    machine.start("torpor", "simulate", command)
    assert machine.stages() == []


@pytest.mark.parametrize(
    ("changed", "redone"),
    [
        ("requirements.lock", ["requirements", "checkout"]),
        ("firmware-libs.lock", ["firmware-libs"]),
        ("pyproject.toml", ["checkout"]),
        ("requirements-odds.lock", ODDS),
        ("requirements-docs.lock", DOCS),
        ("requirements-dev.lock", TOOLS),
        ("firmware-stubs.lock", TOOLS),
        *((name, INTERPRETER) for name in EMBEDDED),
    ],
)
def test_a_changed_file_redoes_its_stages_only(machine: Machine, changed: str, redone: list[str]) -> None:
    machine.start("test")
    (machine.root / changed).write_text("another version")
    machine.start("test")
    assert machine.stages() == redone


def test_a_new_room_is_linked(machine: Machine) -> None:
    machine.start("demo")
    (machine.root / "sim").mkdir()
    (machine.root / "sim" / "__init__.py").write_text("")
    machine.start("demo")
    assert machine.stages() == ["checkout"]


@pytest.mark.parametrize("stage", ["-m venv", "-r requirements.lock", "firmware-libs", "-e ."])
def test_an_interrupted_stage_is_done_again(machine: Machine, stage: str) -> None:
    machine.fails = {stage: KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        machine.start("demo")
    stopped_at = machine.stages()[-1]
    machine.fails = {}
    machine.start("demo")
    assert machine.stages() == EVERYTHING[EVERYTHING.index(stopped_at) :]
    machine.start("demo")
    assert machine.stages() == []


def test_the_half_filled_library_folder_is_emptied_before_the_next_try(machine: Machine) -> None:
    machine.start("demo")
    left_over = machine.root / ".venv" / "cp-bundle" / "adafruit_old.py"
    left_over.parent.mkdir()
    left_over.write_text("")
    (machine.root / "firmware-libs.lock").write_text("new")
    machine.start("demo")
    assert not left_over.exists()


def stamp_of(machine: Machine) -> Path:
    return machine.root / ".venv" / "torpor-stamp.json"


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", "\x00\x00"])
def test_a_damaged_stamp_counts_as_none(machine: Machine, damage: str) -> None:
    machine.start("demo")
    stamp_of(machine).write_text(damage)
    assert machine.start("demo") == 0
    assert machine.stages() == ["look", *EVERYTHING[1:]]


def test_another_python_makes_the_environment_anew(machine: Machine) -> None:
    machine.start("demo")
    stamp = json.loads(stamp_of(machine).read_text())
    stamp_of(machine).write_text(json.dumps(stamp | {"venv": "cpython-399 elsewhere"}))
    machine.start("demo")
    assert machine.stages() == EVERYTHING
    assert "--clear" in machine.commands[0]


def test_an_environment_that_lost_its_python_is_made_anew(machine: Machine) -> None:
    machine.start("demo")
    machine.house().python.unlink()  # type: ignore[attr-defined]
    machine.start("demo")
    assert machine.stages() == EVERYTHING


def test_an_environment_made_by_hand_is_kept_and_brought_up_to_date(machine: Machine) -> None:
    machine.make_environment()
    machine.start("demo")
    assert machine.stages() == ["look", *EVERYTHING[1:]]


def test_one_of_another_python_or_without_pip_is_not_kept(machine: Machine) -> None:
    machine.make_environment((3, 9, 1))
    machine.start("demo")
    assert machine.stages() == EVERYTHING
    stamp_of(machine).unlink()
    machine.fails = {"pip --version": (1, "No module named pip")}
    machine.start("demo")
    assert machine.stages() == ["look", *EVERYTHING]


def test_a_person_sees_each_stage(machine: Machine) -> None:
    machine.start("test")
    lines = machine.printed.splitlines()
    assert [line[2:40].strip() for line in lines[1:]] == [
        "making .venv",
        "installing the libraries",
        "fetching the node's libraries",
        "linking the checkout",
        "installing the compiler",
        "installing the site's maker",
        "installing the test tools",
        "installing the embedded interpreter",
    ]
    assert all(line.endswith(" s") for line in lines[1:])


def said(capsys: pytest.CaptureFixture[str]) -> str:
    err = capsys.readouterr().err
    assert err.count("\n") == 1, err
    return err.strip()


def test_no_network_is_one_sentence(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    noise = (
        "WARNING: Retrying ... NewConnectionError('...')\nERROR: No matching distribution found for x==1\n"
    )
    machine.fails = {"-r requirements.lock": (1, noise)}
    assert machine.start("demo") == 1
    assert said(capsys) == (
        "The first set-up needs the network once: installing the libraries found no way out; "
        "connect, then start again."
    )
    assert machine.children == []


def test_another_failure_gives_the_installers_own_last_error(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.fails = {"-e .": (2, "something\nERROR: first\nERROR: the disk is full\nhint")}
    assert machine.start("demo") == 1
    assert said(capsys) == (
        "The set-up stopped while linking the checkout (exit code 2): ERROR: the disk is full"
    )


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_python_without_venv_says_what_to_install(
    machine: Machine,
    run: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    missing: str,
) -> None:
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: None if name == missing else "there")
    monkeypatch.setattr(run.sys, "platform", "linux")
    assert machine.start("demo") == 1
    assert "apt install python3-venv" in said(capsys)
    assert machine.commands == []


def test_a_folder_that_cannot_be_written_is_one_sentence(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.fails = {"-m venv": PermissionError(13, "Permission denied", str(machine.root / ".venv"))}
    assert machine.start("demo") == 1
    assert said(capsys) == f"The set-up cannot use {machine.root / '.venv'}: Permission denied."


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), f"{TAKES}, and none was given; --help says what they do."),
        (("dmeo",), f"{TAKES}, not 'dmeo'; --help says what they do."),
        (("lint", "--fix"), "run.py lint takes no arguments, not '--fix'."),
    ],
)
def test_wrong_usage_sets_nothing_up(
    machine: Machine, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str
) -> None:
    assert machine.start(*arguments) == 2
    assert said(capsys) == sentence
    assert machine.commands == []


@pytest.mark.parametrize("word", ["--help", "-h", "help"])
def test_help_needs_no_set_up(machine: Machine, capsys: pytest.CaptureFixture[str], word: str) -> None:
    assert machine.start(word) == 0
    text = capsys.readouterr().out
    assert [verb for verb in ("demo", "test", "lint", "bench", "torpor") if f"\n  {verb} " not in text] == []
    assert machine.commands == []


@pytest.mark.parametrize(
    ("arguments", "expected", "folder"),
    [
        (("demo", "--days", "3"), "-P -m station simulate --demo --days 3", "elsewhere"),
        (("torpor", "plot", "--help"), "-P -m station plot --help", "elsewhere"),
        (("bench", "twin", "--json"), "-P -m benchmarks twin --json", "elsewhere"),
        (("docs",), "-P -m station.handbook --site", "elsewhere"),
        (("docs", "--serve"), "-P -m station.handbook --site --serve", "elsewhere"),
        (("test",), "-P -m pytest -n auto --dist loadfile", "."),
        (("test", "--full"), "-P -m pytest -n auto --dist loadfile --full", "."),
        (("test", "tests/sim", "-x"), "-P -m pytest tests/sim -x", "."),
    ],
)
def test_a_verb_becomes_its_command(
    machine: Machine, arguments: tuple[str, ...], expected: str, folder: str
) -> None:
    machine.start(*arguments)
    ((command, where),) = machine.children
    assert (" ".join(command[1:]), where) == (expected, machine.root / folder)
    assert command[0] == str(machine.house().python)  # type: ignore[attr-defined]


def test_the_childs_exit_code_is_ours(machine: Machine) -> None:
    machine.codes = [5]
    assert machine.start("test") == 5


def test_lint_runs_every_check_and_returns_the_worst(machine: Machine) -> None:
    machine.codes = [0, 1, 0, 2, 0]
    assert machine.start("lint") == 2
    checks = [" ".join(command[1:]) for command, _ in machine.children]
    assert checks == [
        "-m ruff check .",
        "-m ruff format --check .",
        "-m mypy",
        "tests/rooms/firmware_types.py",
        "-m station.handbook --check",
    ]


def test_docs_bring_their_maker(machine: Machine) -> None:
    machine.start("docs")
    assert machine.stages() == EVERYTHING + DOCS


def test_lint_stops_at_ctrl_c(machine: Machine) -> None:
    machine.codes = [0, 130]
    assert machine.start("lint") == 130
    assert len(machine.children) == 2


def test_a_real_childs_code_comes_through(run: ModuleType, tmp_path: Path) -> None:
    assert run.run_child([sys.executable, "-c", "raise SystemExit(7)"], tmp_path) == 7


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_killed_child_gives_128_and_the_signal(run: ModuleType, tmp_path: Path) -> None:
    kill = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"
    assert run.run_child([sys.executable, "-c", kill], tmp_path) == 128 + 15


@pytest.mark.skipif(os.name == "nt", reason="process groups of POSIX")
def test_ctrl_c_waits_for_the_child_and_ends_with_130(tmp_path: Path) -> None:
    child = "import signal, time\ntry:\n    print('up', flush=True); time.sleep(30)\n"
    child += (
        "except KeyboardInterrupt:\n    time.sleep(0.3); print('tidy', flush=True); raise SystemExit(130)\n"
    )
    door = textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(ROOT)!r})
        import run
        from pathlib import Path
        sys.exit(run.run_child([sys.executable, "-c", {child!r}], Path(".")))
    """)
    started = subprocess.Popen(
        [sys.executable, "-c", door], cwd=tmp_path, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    with started as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.read() == "tidy\n"
        assert process.wait(60) == 130


@pytest.mark.skipif(os.name == "nt", reason="there a signal to oneself ends the process at once")
def test_ctrl_c_while_its_own_modules_load_gives_no_traceback(tmp_path: Path) -> None:
    """It comes in the midst of one that is loaded after the door's first lines."""
    (tmp_path / "run.py").write_text((ROOT / "run.py").read_text("utf-8"), "utf-8")
    (tmp_path / "hashlib.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n", "utf-8")
    command = [sys.executable, str(tmp_path / "run.py"), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_the_syntax_is_old_enough_to_refuse_an_old_python() -> None:
    import ast

    ast.parse((ROOT / "run.py").read_text("utf-8"), feature_version=(3, 7))


def test_every_lock_pins_with_hashes() -> None:
    for name in LOCKS:
        text = (ROOT / name).read_text("utf-8")
        entries = [
            block for block in text.replace("\\\n", " ").splitlines() if block and block[0] not in "# "
        ]
        assert entries, name
        assert [line for line in entries if "==" not in line or "--hash=sha256:" not in line] == [], name
