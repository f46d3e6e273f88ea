"""The files of `torpor analyse`: report, JSON, pictures, page and profile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from station.errors import Exit, StationError

if TYPE_CHECKING:
    from analysis.analysed import Analysed
    from analysis.log import Log
    from analysis.log_limits import Judged
    from analysis.plot_days import Beside


def write_files(
    found: Analysed, judged: tuple[Judged, ...], profile: Path | None, folder: Path | None, beside: Beside,
    html: bool, dark: bool,
) -> tuple[Path, ...]:  # fmt: skip
    """Everything that was asked for as a file; returns the paths."""
    written = (_profile(found, profile),) if profile else ()
    if folder is None:
        return written
    return (*written, *_folder(found, judged, folder, beside, html, dark))


def _profile(found: Analysed, path: Path) -> Path:
    from analysis.clipping import is_charged
    from sim.odds.profile_text import profile_text

    if found.asked.find.design is None:
        raise StationError(
            "--profile-out: needs to know whose states are measured: say --design.", Exit.USAGE
        )
    if found.profile is None and is_charged(found.log):
        raise StationError(
            f"{found.log.source}: a charge flows through its meter, which a profile would take for the "
            "node's own: make it of a night."
        )
    if found.profile is None:
        raise StationError(
            f"{found.log.source}: has no voltage, which a profile needs: say it with --voltage."
        )
    path.write_text(profile_text(found.profile.profile, found.profile.sentences), "utf-8")
    return path


def _folder(
    found: Analysed, judged: tuple[Judged, ...], folder: Path, beside: Beside, html: bool, dark: bool
) -> tuple[Path, ...]:
    from analysis.analysis_json import analysis_json
    from analysis.analysis_report import analysis_report
    from analysis.log_page import log_page
    from analysis.log_pictures import log_pictures

    _make(folder)
    report, document = folder / "report.txt", folder / "analysis.json"
    pictures = log_pictures(found.log, found.table, folder, dark, beside)
    page = (log_page(found.log, found.table, folder / "page.html", found.notes),) if html else ()
    written = (report, document, *pictures, *page)
    report.write_text(analysis_report(found, judged, written), "utf-8")
    document.write_text(json.dumps(analysis_json(found, judged, written), indent=2) + "\n", "utf-8")
    return written


def write_voltage_files(text: str, log: Log, folder: Path, beside: Beside, dark: bool) -> tuple[Path, ...]:
    """Report and picture of a log of voltages alone; returns the pictures."""
    from analysis.plot_days import days_png

    _make(folder)
    (folder / "report.txt").write_text(text, "utf-8")
    picture = days_png(log, folder / "days.png", beside, dark)
    return (picture,) if picture else ()


def _make(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise StationError(f"{folder}: is a file, expected a folder for the output.", Exit.USAGE)
    folder.mkdir(parents=True, exist_ok=True)
