"""The pages hang together: links, pictures, settings that are named, what is made from the code, the site."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from station.handbook import BLOCKS, DOCS, filled, main, stale
from station.handbook_site import on_page_content
from station.node_settings import keys_of_settings
from tests.docs.commands import ROOT, pages

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_SETTING = re.compile(r"\b(?:TORPOR|BENCH)_[A-Z0-9_]+\b")
#: Variables of the desktop's own, which are no settings of a node.
DESKTOP = {
    "TORPOR_DATA", "TORPOR_MQTT_PASSWORD", "TORPOR_TRACEBACK", "TORPOR_VERSIONS",
}  # fmt: skip


def test_what_is_made_from_the_code_is_up_to_date() -> None:
    names = [path.relative_to(ROOT).as_posix() for path in stale()]
    assert names == [], "python -m station.handbook writes them"


def test_blocks_are_filled_and_an_unknown_one_is_refused() -> None:
    page = "before\n<!-- made: panels -->\nold\n<!-- end -->\nafter\n"
    made = filled(page)
    assert made.startswith("before\n<!-- made: panels -->\n\n| panel |")
    assert made.endswith("|\n\n<!-- end -->\nafter\n")
    assert filled(made) == made
    with pytest.raises(KeyError):
        filled("<!-- made: prices -->\n<!-- end -->\n")
    assert set(BLOCKS) == {
        name
        for path in DOCS.glob("*.md")
        for name in re.findall(r"<!-- made: (\w+)", path.read_text("utf-8"))
    }


def test_what_the_maker_does_not_know_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--site", "--fast"]) == 2
    assert capsys.readouterr().err == "The docs take --serve or nothing, not '--fast'.\n"
    assert main(["--check"]) == 0


@pytest.mark.parametrize("path", [*pages(), DOCS / "reference/commands.md"], ids=lambda path: path.stem)
def test_links_and_pictures_are_there(path: Path) -> None:
    text = path.read_text("utf-8")
    targets = [link.partition("#") for link in _LINK.findall(text) if "://" not in link]
    missing = [f"{file}#{anchor}" for file, _, anchor in targets if not _there(path, file, anchor)]
    assert missing == []


def _there(page: Path, file: str, anchor: str) -> bool:
    target = (page.parent / file).resolve() if file else page
    return target.exists() and (not anchor or anchor in anchors(target.read_text("utf-8")))


def anchors(text: str) -> set[str]:
    """The names of a page's headings, as GitHub and the site make them."""
    code = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    heads = re.findall(r"^#+ (.+)$", code, re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", head.lower().strip()) for head in heads)
    return {re.sub(r"\s+", "-", head.strip()) for head in plain}


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.stem)
def test_settings_that_a_page_names_exist(path: Path) -> None:
    bench = (DOCS / "reference/settings.md").read_text("utf-8")
    known = {*keys_of_settings(), *re.findall(r"`(BENCH_\w+)`", bench), *DESKTOP}
    assert set(_SETTING.findall(path.read_text("utf-8"))) - known == set()


def test_the_site_is_made_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    build = [
        sys.executable,
        "-P",
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "--quiet",
        "-d",
        str(tmp_path / "site"),
    ]
    result = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    made = sorted(path.relative_to(tmp_path / "site").as_posix() for path in tmp_path.glob("site/**/*.html"))
    assert {page.relative_to(DOCS).with_suffix(".html").as_posix() for page in DOCS.glob("**/*.md")} <= set(
        made
    )
    loads = re.compile(
        r"<(?:script|img|iframe)[^>]*src=\"?https?:|<link[^>]*(?:stylesheet|icon|preconnect)[^>]*https?:"
    )
    outside = [name for name in made if loads.search((tmp_path / "site" / name).read_text("utf-8"))]
    assert outside == []


def test_the_first_page_and_the_nav_lead_to_every_page() -> None:
    names = {path.relative_to(DOCS).as_posix() for path in DOCS.glob("**/*.md")} - {"index.md"}
    first = set(re.findall(r"\]\(([\w/-]+\.md)\)", (DOCS / "index.md").read_text("utf-8")))
    nav = set(re.findall(r": ([\w/-]+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE))
    assert (names - first, names - nav) == (set(), set())


def test_a_short_name_in_code_stays_on_its_line() -> None:
    page = "<p>With <code>--weather</code>, or <code>torpor size --panels 1,2</code>.</p>"
    assert on_page_content(page) == page.replace("<code>--w", '<code class="whole">--w')
    assert ".md-typeset code.whole {\n  white-space: nowrap;" in (DOCS / "site.css").read_text("utf-8")
