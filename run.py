"""The door to Torpor: makes .venv in the checkout at the first start, then runs what it is asked for.

Standard library only. Every stage of the set-up has a key (hashes of what it is made from); the stamp file
names the stages that are done with their keys, so a start that finds nothing changed costs one small file.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit("Torpor needs Python 3.11 or later; this is Python %d.%d." % sys.version_info[:2])

import signal

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C while Python's own modules load: no traceback
import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent
USAGE, INTERRUPTED, WINDOWS_CTRL_C = 2, 130, 0xC000013A

HELP = """\
usage: python3 run.py VERB [...]

Torpor: a solar garden camera, simulated and looked after.

  demo [...]           simulate one year of the default node; options: run.py torpor simulate --help
  test [--full] [...]  run every test (--full: the long ones too); other arguments go to pytest
  lint                 check style and types of everything
  bench NAME [--json]  measure speed and quality beside peers; bench --help lists the names
  docs [--serve]       make the pages of docs/ into a site (--serve: and show it while they are written)
  torpor ...           the torpor command
"""
VERBS = ("demo", "test", "lint", "bench", "docs", "torpor")
ODDS = ("viability", "size", "compare", "site", "new", "provision")  # of torpor; they need a compiler

#: What pip and npm say when there is no way to the outside.
NO_NETWORK = re.compile(
    "NewConnection|NameResolution|Network is unreach|ConnectTimeout|Temporary fail|ProxyError"
    "|EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEDOUT"
)


class SetupError(Exception):
    """The set-up cannot go on; the message is one sentence for a person."""


@dataclass(frozen=True)
class Stage:
    """One step of the set-up: it is done again when its key is not the one in the stamp."""

    name: str
    says: str
    inputs: Sequence[str]  # files of the checkout
    commands: Sequence[Sequence[str]]  # arguments of the environment's Python
    also: str = ""  # whatever else the stage is made from
    clears: Path | None = None


@dataclass
class House:
    """A checkout and the environment in it. `call` runs a command and returns (exit code, output)."""

    root: Path
    call: Callable[[Sequence[str], Path], tuple[int, str]]
    say: Callable[[str, str], None]  # a text and how it ends
    clock: Callable[[], float] = time.monotonic
    done: dict[str, str] = field(default_factory=dict)

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def stamp(self) -> Path:
        return self.venv / "torpor-stamp.json"


def pip(arguments: str, *more: str) -> list[str]:
    command = "-m pip --disable-pip-version-check --no-input -q install --retries 2 " + arguments
    return [*command.split(), *more]


def stages(house: House, tools: bool, odds: bool = False, docs: bool = False) -> list[Stage]:
    """Everything that must lie in .venv; `odds` adds a compiler, `docs` a site's maker, `tools` all."""
    bundle = house.venv / "cp-bundle"
    rooms = " ".join(sorted(init.parent.name for init in house.root.glob("*/__init__.py")))
    libraries = pip("--require-hashes -r requirements.lock")
    node = pip("--no-deps --no-compile --require-hashes -r firmware-libs.lock --target", str(bundle))
    checkout = pip("--no-build-isolation --no-deps -e .")
    plan = [
        Stage("libraries", "installing the libraries", ["requirements.lock"], [libraries]),
        Stage("node", "fetching the node's libraries", ["firmware-libs.lock"], [node], clears=bundle),
        Stage("checkout", "linking the checkout", ["pyproject.toml", "requirements.lock"], [checkout], rooms),
    ]
    for wanted, name, what in ((odds, "odds", "compiler"), (docs, "docs", "site's maker")):
        if wanted or tools:
            lock = f"requirements-{name}.lock"
            plan.append(Stage(name, f"installing the {what}", [lock], [pip(f"--require-hashes -r {lock}")]))
    if tools:
        dev, stubs = "requirements-dev.lock", "firmware-stubs.lock"
        commands = [pip(f"--require-hashes -r {dev}"), pip(f"--require-hashes --no-deps -r {stubs}")]
        plan.append(Stage("tools", "installing the test tools", [dev, stubs], commands))
        files = ["benchmarks/node_js.py", "tests/vm/package.json", "tests/vm/package-lock.json"]
        says, npm = "installing the embedded interpreter", ["-P", files[0]]
        plan.append(Stage("embedded", says, files, [npm], clears=house.venv / "embedded"))
    return plan


def interpreter_key(root: Path) -> str:
    """Names the environment: another Python, another machine or a moved checkout makes it anew."""
    return f"{sys.implementation.cache_tag} {sys.platform} {platform.machine()} {root}"


def key_of(root: Path, stage: Stage) -> str:
    digest = hashlib.sha256(repr((stage.commands, stage.also)).encode())
    for name in stage.inputs:
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def read_stamp(path: Path) -> dict[str, str]:
    """Stages done so far; an absent or damaged stamp counts as nothing done."""
    try:
        stamp = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(house: House) -> None:
    part = house.stamp.with_suffix(".part")
    part.write_text(json.dumps(house.done, indent=1), "utf-8")
    part.replace(house.stamp)


def lacks() -> str:
    """What this machine's Python lacks for an environment, as one sentence, or nothing."""
    if all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        return ""
    advice = "apt install python3-venv" if sys.platform == "linux" else "reinstall Python with pip and venv"
    return f"This Python cannot make an environment (no venv or ensurepip): {advice}, then start again."


def usable(house: House) -> bool:
    """Whether a whole environment of this Python lies there although no stamp speaks of it."""
    try:
        lines = (house.venv / "pyvenv.cfg").read_text("utf-8").splitlines()
    except OSError:
        return False
    version = next((line.split("=")[1].strip() for line in lines if line.startswith("version")), "")
    if version.split(".")[:2] != [str(number) for number in sys.version_info[:2]]:
        return False
    asks = [str(house.python), "-m", "pip", "--version"]
    return house.python.exists() and house.call(asks, house.root)[0] == 0


def make_environment(house: House) -> None:
    """Make .venv anew; one that somebody made by hand is kept and brought up to date."""
    if house.done or not usable(house):
        if lacks():
            raise SetupError(lacks())
        carry_out(house, "making .venv", [[sys.executable, "-m", "venv", "--clear", str(house.venv)]])
    house.done = {"venv": interpreter_key(house.root)}
    write_stamp(house)


def carry_out(house: House, says: str, commands: Sequence[Sequence[str]]) -> None:
    """Run the commands of one stage, with a line that tells a person what and how long."""
    started = house.clock()
    house.say(f"  {says:<40}", "")
    for command in commands:
        code, output = house.call(command, house.root)
        if code:
            house.say(" failed", "\n")
            raise SetupError(sentence_for(says, code, output))
    house.say(f" {house.clock() - started:5.1f} s", "\n")


def sentence_for(says: str, code: int, output: str) -> str:
    if NO_NETWORK.search(output):
        return f"The first set-up needs the network once: {says} found no way out; connect, then start again."
    lines = [line for line in output.splitlines() if line.strip()] or ["it said nothing"]
    last = ([line for line in lines if line.lower().startswith("error")] or lines)[-1].strip()
    return f"The set-up stopped while {says} (exit code {code}): {last}"


def set_up(house: House, tools: bool, odds: bool = False, docs: bool = False) -> None:
    """Bring .venv up to date; does nothing at all when the stamp agrees."""
    house.done, plan = read_stamp(house.stamp), stages(house, tools, odds, docs)
    fresh = house.done.get("venv") == interpreter_key(house.root) and house.python.exists()
    if fresh and all(house.done.get(stage.name) == key_of(house.root, stage) for stage in plan):
        return
    house.say("Setting up .venv (once; the first time it downloads about 120 MB):", "\n")
    if not fresh:
        make_environment(house)
    for stage in plan:
        key = key_of(house.root, stage)
        if house.done.pop(stage.name, None) == key:
            house.done[stage.name] = key
            continue
        write_stamp(house)  # without this stage: an interrupted one is done again
        if stage.clears:
            shutil.rmtree(stage.clears, ignore_errors=True)
        carry_out(house, stage.says, [[str(house.python), *command] for command in stage.commands])
        house.done[stage.name] = key
        write_stamp(house)


def call_quietly(command: Sequence[str], folder: Path) -> tuple[int, str]:
    result = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True)
    return result.returncode, (result.stdout + result.stderr).decode("utf-8", "replace")


def run_child(command: Sequence[str], folder: Path) -> int:
    """Run a command with our terminal; Ctrl-C reaches it too, so wait until it has ended by itself."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # not SIG_IGN, which the child would inherit
    try:
        code = subprocess.Popen(command, cwd=folder).wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return INTERRUPTED if code == WINDOWS_CTRL_C else 128 - code if code < 0 else code


def commands_for(
    verb: str, rest: Sequence[str], python: Path, root: Path, here: Path
) -> list[tuple[list[str], Path]]:
    """The commands that a verb stands for, each with the folder it runs in."""
    module = [str(python), "-P", "-m"]  # -P: a file code.py in the folder must not hide Python's own
    if verb == "lint":
        checks = ("-m ruff check .", "-m ruff format --check .", "-m mypy", "tests/rooms/firmware_types.py")
        return [([str(python), *check.split()], root) for check in (*checks, "-m station.handbook --check")]
    if verb == "test":
        cores = [] if set(rest) - {"--full"} else ["-n", "auto", "--dist", "loadfile"]  # every test
        return [([*module, "pytest", *cores, *rest], root)]
    start = {"demo": "station simulate --demo", "torpor": "station", "docs": "station.handbook --site"}
    return [([*module, *start.get(verb, "benchmarks").split(), *rest], here)]


def refusal(arguments: Sequence[str]) -> str:
    """What is wrong with the arguments, as one sentence, or nothing."""
    if not arguments or arguments[0] not in VERBS:
        given = f"not {arguments[0]!r}" if arguments else "and none was given"
        return f"run.py takes one of {', '.join(VERBS)}, {given}; --help says what they do."
    if arguments[0] == "lint" and arguments[1:]:
        return f"run.py lint takes no arguments, not {' '.join(arguments[1:])!r}."
    return ""


def main(
    arguments: Sequence[str], house: House, child: Callable[[Sequence[str], Path], int], here: Path
) -> int:
    """Set up, then run the verb. Returns the exit code of what ran (the worst of lint's checks)."""
    if arguments and arguments[0] in ("-h", "--help", "help"):
        print(HELP, end="")
        return 0
    sentence, code = refusal(arguments), USAGE
    if not sentence:
        try:
            odds = arguments[0] == "torpor" and bool({*arguments[1:2]} & {*ODDS})
            set_up(house, arguments[0] in ("test", "lint", "bench"), odds, arguments[0] == "docs")
        except SetupError as problem:
            sentence, code = str(problem), 1
        except OSError as problem:
            sentence, code = f"The set-up cannot use {problem.filename}: {problem.strerror}.", 1
    if sentence:
        print(sentence, file=sys.stderr)
        return code
    code = 0
    for command, folder in commands_for(arguments[0], arguments[1:], house.python, house.root, here):
        code = max(code, child(command, folder))
        if code == INTERRUPTED:
            break
    return code


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for stranger in ("PYTHONHOME", "PYTHONPATH"):  # somebody's shell must not bring other packages in
        os.environ.pop(stranger, None)
    door = House(ROOT, call_quietly, lambda text, end: print(text, end=end, file=sys.stderr, flush=True))
    try:
        sys.exit(main(sys.argv[1:], door, run_child, Path.cwd()))
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        sys.exit(INTERRUPTED)
