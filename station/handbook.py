"""What of docs/ is made from the code: `python -m station.handbook` writes it.

Whole pages, and blocks of pages written by hand: between `<!-- made: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from station.errors import Exit
from station.handbook_boards import boards_page, design_table
from station.handbook_buying import batteries, buying, panels
from station.handbook_commands import commands_page
from station.handbook_journal import journal_page
from station.handbook_settings import settings_page
from station.handbook_wiring import drawings, wiring

DOCS = Path(__file__).resolve().parent.parent / "docs"
#: Below docs/.
PAGES: Mapping[str, Callable[[], str]] = {
    "reference/settings.md": settings_page,
    "reference/boards.md": boards_page,
    "reference/commands.md": commands_page,
    "reference/journal.md": journal_page,
    **drawings(),
}
BLOCKS: Mapping[str, Callable[[], str]] = {
    "buying": buying,
    "batteries": batteries,
    "panels": panels,
    "wiring": wiring,
    "designs": design_table,
}
_BLOCK = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def made(docs: Path = DOCS) -> dict[Path, str]:
    """Return the text of every page that is made, wholly or in part, as the code now has it."""
    pages = {docs / name: make() for name, make in PAGES.items()}
    for path in sorted(docs.glob("*.md")):
        text = path.read_text("utf-8")
        if _BLOCK.search(text):
            pages[path] = filled(text)
    return pages


def filled(text: str) -> str:
    """Return a page with its blocks made anew. KeyError for a block that nobody makes."""
    return _BLOCK.sub(lambda block: f"{block[1]}\n{BLOCKS[block[2]]().strip()}\n\n{block[3]}", text)


def stale(docs: Path = DOCS) -> list[Path]:
    """Return the pages that say something else than the code."""
    return [path for path, text in made(docs).items() if not path.exists() or path.read_text("utf-8") != text]


def main(arguments: Sequence[str]) -> int:
    """Write what is stale, or with --check only name it; with --site then make the site. Returns the
    exit code."""
    if list(arguments) not in ([], ["--check"], ["--site"], ["--site", "--serve"]):
        said = " ".join(arguments).removeprefix("--site ")
        print(f"The docs take --serve or nothing, not {said!r}.", file=sys.stderr)
        return Exit.USAGE
    old = stale()
    if arguments == ["--check"]:
        for path in old:
            print(f"{_name(path)} is stale: `.venv/bin/python -m station.handbook` makes it from the code.")
        return Exit.FAILED if old else Exit.OK
    write(old)
    return site("--serve" in arguments) if arguments else Exit.OK


def write(old: Sequence[Path]) -> None:
    """Make these pages anew."""
    pages = made()
    for path in old:
        path.parent.mkdir(exist_ok=True)
        path.write_text(pages[path], "utf-8", newline="\n")
        print(f"{_name(path)} is made anew.")


def site(serve: bool) -> int:
    """Make docs/ into site/, or serve it while it is written. Returns the exit code of MkDocs."""
    makes = [sys.executable, "-P", "-m", "mkdocs", "serve" if serve else "build", "--strict"]
    quiet = {"NO_MKDOCS_2_WARNING": "1"}  # an advertisement
    try:
        return subprocess.run(makes, cwd=DOCS.parent, env=os.environ | quiet).returncode
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


def _name(path: Path) -> str:
    return path.relative_to(DOCS.parent).as_posix()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
