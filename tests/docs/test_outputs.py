"""What pages show as printed is what the commands print. Long runs: with --full."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from station.cli import main
from tests.docs.commands import ROOT

_BLOCK = re.compile(r"^```\n(.*?)^```$", re.DOTALL | re.MULTILINE)
#: How long it took, and the last bits of sums: another computer has others.
_TOOK = re.compile(r"(computed|worked out) in .*|closes to [^ ,.]+")


def shown(page: str) -> list[str]:
    """The blocks of a page that no language is said of, without how long it took."""
    return [_TOOK.sub("", block).strip() for block in _BLOCK.findall((ROOT / page).read_text("utf-8"))]


@pytest.mark.full
@pytest.mark.parametrize(
    ("page", "command", "first", "last"),
    [
        ("docs/report.md", "simulate --demo", 0, None),
        ("docs/choosing.md", "viability", 0, 1),
        ("docs/choosing.md", "size --panel 0.5 --battery 1.5", 1, 2),
    ],
)
def test_a_page_shows_what_the_command_prints(
    page: str,
    command: str,
    first: int,
    last: int | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(command.split()) == 0
    printed = _TOOK.sub("", capsys.readouterr().out)
    blocks = shown(page)[first:last]
    assert blocks and [block for block in blocks if block not in printed] == []
