"""The first, the worst and the last day's pictures on one sheet, each with its time and its fate."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sim.result import Picture, RunResult

from . import periods, style

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH, MARGIN, GAP = 1400, 24, 14
PER_LINE, MOST = 6, 12
CELL_W = (WIDTH - 2 * MARGIN - (PER_LINE - 1) * GAP) // PER_LINE
CELL_H = CELL_W * 3 // 4
CAPTION_H, HEAD_H, TITLE_H, EMPTY_H = 50, 46, 84, 70
GOOD = ("delivered", "waiting")


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day on the sheet: its title, what to say if there are no pictures, the pictures."""

    title: str
    nothing: str
    pictures: list[Picture]


def contact_sheet_png(result: RunResult, path: Path) -> Path:
    """Draw the sheet from the pictures whose bytes were kept; returns the path."""
    from PIL import Image, ImageDraw

    rows = day_rows(result)
    height = TITLE_H + sum(_row_height(row) for row in rows) + MARGIN
    sheet = Image.new("RGB", (WIDTH, height), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((MARGIN, 18), result.title, fill=style.INK, font=_font(24, bold=True))
    draw.text((MARGIN, 50), "Pictures of three days. Simulated frames, as the virtual camera made them.",
              fill=style.FAINT, font=_font(15))  # fmt: skip
    top = TITLE_H
    for row in rows:
        _draw_row(sheet, draw, result, row, top)
        top += _row_height(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, format="PNG", optimize=True)
    return path


def day_rows(result: RunResult) -> list[DayRow]:
    """The first and the last day with kept pictures and the worst day, in order of time."""
    by_day: dict[date, list[Picture]] = {}
    for picture in result.pictures:
        if picture.jpeg is not None:
            by_day.setdefault(periods.day_of(result, picture.t_s), []).append(picture)
    worst = periods.worst_day(result)
    titles: dict[date, list[str]] = {}
    if by_day:
        titles.setdefault(min(by_day), []).append("First day with pictures")
        titles.setdefault(max(by_day), []).append("last day with pictures")
    titles.setdefault(worst, []).append("worst day")
    between = [day for day in by_day if day not in titles]
    if between and worst not in by_day:
        whole = periods.days(result)
        low = dict(zip(whole.dates, whole.soc_low, strict=True))
        titles[min(between, key=lambda day: low.get(day, 1.0))] = ["worst day of which pictures were kept"]
    return [_day_row(result, day, titles[day], by_day.get(day, [])) for day in sorted(titles)]


def _day_row(result: RunResult, day: date, titles: list[str], pictures: list[Picture]) -> DayRow:
    named = " and ".join(titles)
    whole = periods.days(result)
    place = whole.dates.index(day) if day in whole.dates else 0
    down, low = float(whole.down_h[place]), float(whole.soc_low[place])
    state = f"lowest charge {100 * low:.0f} %" + (f", {down:.1f} h without power" if down > 0 else "")
    title = f"{named[0].upper()}{named[1:]}: {day:%d %B}, {state}"
    taken = sum(periods.day_of(result, item.t_s) == day for item in result.pictures)
    nothing = (
        f"{taken} pictures were taken; their bytes were not kept." if taken else "No picture on this day."
    )
    return DayRow(title, nothing, sorted(pictures, key=lambda item: item.t_s))


def _row_height(row: DayRow) -> int:
    if not row.pictures:
        return HEAD_H + EMPTY_H
    lines = (min(len(row.pictures), MOST) + PER_LINE - 1) // PER_LINE
    return HEAD_H + lines * (CELL_H + CAPTION_H + 4) + 8


def _draw_row(sheet: Image, draw: ImageDraw, result: RunResult, row: DayRow, top: int) -> None:
    more = len(row.pictures) - MOST
    title = row.title + (f", {MOST} of {len(row.pictures)} pictures" if more > 0 else "")
    draw.line((MARGIN, top + 4, WIDTH - MARGIN, top + 4), fill="#BBBBBB", width=1)
    draw.text((MARGIN, top + 14), title, fill=style.INK, font=_font(18, bold=True))
    if not row.pictures:
        draw.text((MARGIN, top + HEAD_H + 10), row.nothing, fill=style.FAINT, font=_font(16))
    for number, picture in enumerate(spread(row.pictures)):
        line, place = divmod(number, PER_LINE)
        left = MARGIN + place * (CELL_W + GAP)
        _draw_cell(sheet, draw, result, picture, left, top + HEAD_H + line * (CELL_H + CAPTION_H + 4))


def spread(pictures: list[Picture]) -> list[Picture]:
    """At most MOST pictures, evenly over the day, the first and the last among them."""
    if len(pictures) <= MOST:
        return pictures
    return [pictures[round(place * (len(pictures) - 1) / (MOST - 1))] for place in range(MOST)]


def _draw_cell(
    sheet: Image, draw: ImageDraw, result: RunResult, picture: Picture, left: int, top: int
) -> None:
    image = thumbnail(picture)
    if image is None:
        draw.rectangle((left, top, left + CELL_W, top + CELL_H), fill="#F3E3DC")
        draw.text((left + CELL_W / 2, top + CELL_H / 2), "cannot be decoded", anchor="mm",
                  fill=style.VERMILION, font=_font(16))  # fmt: skip
    else:
        draw.rectangle((left, top, left + CELL_W, top + CELL_H), fill="#EEEEEE")
        sheet.paste(image, (left + (CELL_W - image.width) // 2, top + (CELL_H - image.height) // 2))
    if picture.visitors == 0:
        _tag(draw, "empty", left, top)
    if picture.dark:
        _moon(draw, left + CELL_W - 30, top + 6)
    _caption(draw, result, picture, left, top + CELL_H + 5)


def thumbnail(picture: Picture) -> Image | None:
    """The picture scaled to a cell, or None if its bytes do not decode to the end."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(picture.jpeg or b"")) as image:
            image.draft("RGB", (CELL_W, CELL_H))
            small = image.convert("RGB")
    except (OSError, SyntaxError, ValueError):
        return None
    small.thumbnail((CELL_W, CELL_H))
    return small


def _tag(draw: ImageDraw, text: str, left: int, top: int) -> None:
    draw.rectangle((left, top, left + 62, top + 23), fill="#333333")
    draw.text((left + 31, top + 11), text, fill="white", anchor="mm", font=_font(14))


def _moon(draw: ImageDraw, left: int, top: int) -> None:
    """The mark of a picture taken in the dark: a crescent on a dark ground."""
    draw.rectangle((left, top, left + 23, top + 23), fill="#333333")
    draw.ellipse((left + 4, top + 4, left + 19, top + 19), fill="white")
    draw.ellipse((left + 9, top + 2, left + 22, top + 15), fill="#333333")


def _caption(draw: ImageDraw, result: RunResult, picture: Picture, left: int, top: int) -> None:
    when = f"{periods.moment(result, picture.t_s):%H:%M:%S}"
    seen = "" if picture.visitors == 0 else f", {picture.visitors} visitor" + "s" * (picture.visitors > 1)
    dark = ", own light" if picture.lit else ", dark" if picture.dark else ""
    draw.text((left, top), f"{when}{seen}{dark}", fill=style.INK, font=_font(14))
    colour = style.GREEN if picture.fate in GOOD else style.VERMILION
    draw.ellipse((left, top + 24, left + 10, top + 34), fill=colour)
    draw.text(
        (left + 16, top + 20),
        f"{picture.fate}, {picture.size / 1000:.0f} kB",
        fill=style.FAINT,
        font=_font(14),
    )


def _font(size: int, bold: bool = False) -> FreeTypeFont:
    """DejaVu Sans as matplotlib carries it, so that the sheet looks the same on every machine."""
    import matplotlib
    from PIL import ImageFont

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), size)
