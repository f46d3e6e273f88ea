"""Every command that README and docs/ tell a reader to type, found in their blocks of code.

A comment `<!-- only parsed: REASON -->` before a block (blank lines between do not matter) says that its
commands are not run here, and why. A word in capitals (LOG, NAME) stands for something of the reader's: such
a line is a pattern.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Made from click itself.
MADE = "docs/reference/commands.md"
DOOR = ["python3", "run.py"]
OURS = ("python3 run.py", "torpor ", ".venv/bin/torpor ")
#: Beside ours: what other lines of a block begin with when they are commands.
OTHERS = ("cp ", "sudo ", "openssl ", "rsync ", "sqlite3 ", "journalctl ", ".venv/bin/python ", "python -m ")
_MARK = re.compile(r"^<!-- only parsed: (.+) -->$")
_PLACEHOLDER = re.compile(r"^[A-Z][A-Z0-9_]*(\.\.\.)?$")
_INLINE = re.compile(r"`((?:python3 run\.py|torpor) [^`]+)`")


@dataclass(frozen=True)
class Command:
    """One command line of a page; `reason` says why it is not run, "" if it is."""

    page: str
    line: int
    words: tuple[str, ...]
    reason: str

    @property
    def torpor(self) -> tuple[str, ...] | None:
        """Its words behind `torpor`, None if it is another command."""
        words = list(self.words)
        if words[:2] == DOOR:
            return tuple(["simulate", "--demo", *words[3:]] if words[2] == "demo" else words[3:])
        return self.words[1:] if words[0].rsplit("/", 1)[-1] == "torpor" else None

    @property
    def verb(self) -> str:
        """What run.py is asked for, "" if it is not asked."""
        return self.words[2] if list(self.words[:2]) == DOOR else ""

    @property
    def pattern(self) -> bool:
        return any(_PLACEHOLDER.match(word) for word in self.words)

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {shlex.join(self.words)}"


def pages() -> list[Path]:
    """README and every page of docs/ that is written by hand."""
    found = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
    return [path for path in found if path != ROOT / MADE]


def commands(path: Path) -> list[Command]:
    """The commands of a page, in the order in which a reader meets them."""
    page, found = path.relative_to(ROOT).as_posix(), []
    for line, text, reason in _lines(path.read_text("utf-8")):
        if text.startswith((*OURS, *OTHERS)):
            found.append(Command(page, line, tuple(shlex.split(text, comments=True)), reason))
    return found


def files(path: Path) -> dict[str, str]:
    """The files that a page shows for its commands: a block whose first line is a comment with their name."""
    blocks = re.findall(
        r"^```(?:toml|csv|python)\n# (\S+\.(?:toml|csv|py))\n(.*?)^```$",
        path.read_text("utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    return dict(blocks)


def mentions(path: Path) -> list[Command]:
    """What stands within sentences: `torpor node list`."""
    page, found = path.relative_to(ROOT).as_posix(), []
    for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        for said in _INLINE.findall(text):
            words = shlex.split(said.replace("...", "").replace("'", ""))
            found.append(Command(page, number, tuple(words), "within a sentence"))
    return found


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    """(number, text, reason) of every line of code, those that go on after a backslash joined."""
    reason, fenced, before, begun = "", False, "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if mark := _MARK.match(line):
            reason = mark[1]
        fence = line.startswith("```")
        code = not fence and (fenced or line.startswith("    "))
        if code:
            begun = begun if before else number
            before += line.strip()
            if before.endswith("\\"):
                before = before[:-1]
                continue
            yield begun, before, reason
            before = ""
        elif (line.strip() and not mark and not fence) or (fence and fenced):
            reason = ""
        fenced ^= fence
