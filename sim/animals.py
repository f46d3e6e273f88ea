"""Visitors of the virtual garden as cut-outs: drawn once in large, facing left, with fur or feathers.

Coordinates are hundredths of a square, y down, feet at y = FEET.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw

Point = tuple[float, float]
Colour = tuple[int, int, int]

FEET = 90.0
_SIDE = 512

#: Height of the square each is drawn in, as a fraction of the picture's height at the middle of the lawn.
SIZE = {
    "blackbird": 0.36,
    "robin": 0.31,
    "hedgehog": 0.36,
    "fox": 0.58,
    "cat": 0.50,
    "squirrel": 0.38,
    "person": 0.86,
}
#: Those that also come to the tray of the bird table.
PERCHES = ("blackbird", "robin", "squirrel")


def _curve(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """A closed smooth line through the points (Catmull-Rom)."""
    line: list[Point] = []
    count = len(points)
    for at in range(count):
        p0, p1, p2, p3 = (np.asarray(points[(at + k) % count], float) for k in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            at_t = 0.5 * (
                2 * p1
                + (p2 - p0) * t
                + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t * t
                + (3 * p1 - p0 - 3 * p2 + p3) * t**3
            )
            line.append((float(at_t[0]), float(at_t[1])))
    return line


class Pen:
    """Draws in hundredths on one large transparent square."""

    def __init__(self, seed: int) -> None:
        self.image = Image.new("RGBA", (_SIDE, _SIDE), (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self.image)
        self.random = np.random.default_rng(seed)

    def _scaled(self, points: Sequence[Point]) -> list[Point]:
        return [(x * _SIDE / 100.0, y * _SIDE / 100.0) for x, y in points]

    def blob(self, colour: Colour, *points: Point) -> None:
        """A smooth closed shape."""
        self._draw.polygon(self._scaled(_curve(points)), fill=colour)

    def shape(self, colour: Colour, *points: Point) -> None:
        """A shape with corners."""
        self._draw.polygon(self._scaled(points), fill=colour)

    def disc(self, colour: Colour, x: float, y: float, radius: float, flat: float = 1.0) -> None:
        """A disc, or an ellipse `flat` times as high as wide."""
        box = self._scaled(((x - radius, y - radius * flat), (x + radius, y + radius * flat)))
        self._draw.ellipse((*box[0], *box[1]), fill=colour)

    def line(self, colour: Colour, width: float, *points: Point) -> None:
        """A bent line with round joints, `width` in hundredths."""
        self._draw.line(self._scaled(points), fill=colour, width=round(width * _SIDE / 100.0), joint="curve")
        for x, y in points:
            self.disc(colour, x, y, width / 2.0)

    def fur(self, strength: float, along: float = 5.0) -> None:
        """Light from above and a grain that runs along the body."""
        pixels = np.asarray(self.image, np.float32).copy()
        grain = Image.fromarray(
            self.random.standard_normal((_SIDE // 3, int(_SIDE / (3 * along)))).astype("f4")
        )
        grain = grain.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)
        rows = np.linspace(1.0, -1.0, _SIDE, dtype=np.float32)[:, None]
        factor = 1.0 + 0.22 * rows + strength * np.asarray(grain)
        pixels[..., :3] = np.clip(pixels[..., :3] * factor[..., None], 0, 255)
        self.image = Image.fromarray(pixels.astype(np.uint8))
        self._draw = ImageDraw.Draw(self.image)

    def eye(self, x: float, y: float, radius: float, ring: Colour | None = None) -> None:
        """A dark eye with a glint."""
        if ring:
            self.disc(ring, x, y, radius * 1.6)
        self.disc((16, 12, 10), x, y, radius)
        self.disc((240, 240, 240), x - radius * 0.3, y - radius * 0.35, radius * 0.32)

    def legs(self, colour: Colour, width: float, *feet: tuple[float, float, float]) -> None:
        """Bird legs: (x of the hip, y of the hip, x of the foot)."""
        for hip_x, hip_y, foot_x in feet:
            knee = (hip_x + 2.0, (hip_y + FEET) / 2)
            self.line(colour, width, (hip_x, hip_y), knee, (foot_x, FEET - 1), (foot_x - 5, FEET))


def _blackbird(pen: Pen) -> None:
    black: Colour = (44, 42, 46)
    pen.legs((110, 74, 40), 1.8, (46, 72, 44), (54, 72, 55))
    pen.shape(black, (72, 54), (99, 74), (94, 80), (66, 66))
    pen.blob(black, (14, 42), (19, 32), (29, 28), (38, 33), (54, 42), (72, 52), (80, 60), (68, 70), (50, 74),
             (34, 70), (24, 60), (18, 51))  # fmt: skip
    pen.blob((64, 61, 64), (40, 46), (60, 50), (84, 66), (62, 66), (46, 60))
    pen.fur(0.10)
    pen.shape((250, 158, 36), (15, 38), (2, 43), (15, 45))
    pen.eye(22, 37, 1.9, (246, 176, 52))


def _robin(pen: Pen) -> None:
    brown: Colour = (134, 108, 78)
    pen.legs((112, 76, 56), 1.6, (44, 76, 42), (54, 76, 55))
    pen.shape((112, 90, 66), (72, 52), (96, 56), (95, 63), (66, 66))
    pen.blob(brown, (18, 38), (24, 26), (36, 21), (49, 27), (64, 39), (78, 53), (72, 66), (54, 76), (36, 74),
             (23, 62), (18, 50))  # fmt: skip
    pen.blob((228, 222, 208), (30, 62), (46, 60), (60, 66), (50, 77), (36, 75))
    pen.blob((232, 104, 38), (17, 40), (24, 29), (34, 32), (40, 44), (40, 58), (32, 66), (22, 60), (18, 50))
    pen.blob((112, 88, 62), (46, 42), (62, 46), (80, 58), (64, 62), (50, 58))
    pen.fur(0.09)
    pen.shape((54, 46, 42), (18, 37), (8, 40), (18, 42))
    pen.eye(27, 35, 2.4)


def _hedgehog(pen: Pen) -> None:
    pen.blob((92, 72, 54), (34, 80), (40, 84), (40, FEET), (32, FEET), (30, 84))
    pen.blob((92, 72, 54), (68, 80), (74, 84), (74, FEET), (66, FEET), (64, 84))
    pen.blob(
        (96, 80, 62), (20, 78), (26, 58), (42, 46), (62, 44), (80, 54), (90, 70), (88, 82), (60, 86), (30, 86)
    )
    for _ in range(620):
        angle, reach = pen.random.uniform(np.pi * 1.0, np.pi * 2.02), pen.random.uniform(0.15, 1.0) ** 0.6
        x, y = 56 + 34 * reach * np.cos(angle), 82 + 38 * reach * np.sin(angle)
        tip = (x + 6.5 * np.cos(angle * 0.6 + 2.2), y + 7.0 * np.sin(angle))
        tone = int(pen.random.integers(50, 205))
        pen.line((tone, int(tone * 0.88), int(tone * 0.70)), 0.75, (x, y), tip)
    pen.blob((198, 168, 130), (36, 66), (24, 68), (12, 76), (4, 82), (8, 85), (24, 86), (38, 85), (42, 76))
    pen.fur(0.07)
    pen.disc((40, 30, 28), 5, 82, 2.4)
    pen.eye(21, 75, 2.0)
    pen.blob((150, 120, 92), (31, 68), (36, 64), (39, 70), (35, 75))


def _paws(pen: Pen, colour: Colour, dark: Colour, *legs: tuple[float, float, float, float]) -> None:
    """Four-legged legs: (x top, y top, x foot, width)."""
    for x, y, foot, width in legs:
        pen.line(colour, width, (x, y), ((x + foot) / 2 + 0.8, (y + FEET) / 2))
        pen.line(dark, width * 0.72, ((x + foot) / 2 + 0.8, (y + FEET) / 2), (foot, FEET - 2))
        pen.disc(dark, foot - 1.2, FEET - 1.5, width * 0.52, 0.6)


def _fox(pen: Pen) -> None:
    red: Colour = (206, 108, 46)
    dark: Colour = (62, 42, 36)
    pen.blob((190, 98, 44), (70, 56), (84, 60), (96, 74), (99, 85), (90, 84), (78, 74), (70, 64))
    pen.blob((238, 228, 214), (92, 76), (98, 80), (99.5, 87), (93, 85))
    _paws(pen, (176, 92, 42), dark, (42, 62, 43, 6), (68, 62, 72, 6))
    pen.blob(red, (24, 50), (36, 48), (54, 50), (70, 49), (78, 56), (76, 66), (62, 69), (44, 69), (32, 66))
    _paws(pen, red, dark, (36, 62, 33, 6.5), (74, 62, 78, 6.5))
    pen.blob((240, 232, 220), (24, 56), (32, 58), (38, 66), (34, 72), (27, 66))
    pen.blob(red, (11, 47), (14, 38), (24, 34), (33, 38), (35, 48), (28, 56), (20, 56))
    pen.blob((240, 232, 220), (2, 53), (11, 48), (20, 51), (22, 57), (14, 58), (5, 56))
    pen.shape(red, (15, 40), (14, 24), (24, 35))
    pen.shape(dark, (16, 35), (15, 27), (21, 34))
    pen.shape(red, (25, 36), (31, 22), (34, 40))
    pen.fur(0.08)
    pen.disc((24, 18, 18), 3, 52.5, 1.9)
    pen.eye(17, 46, 1.5)


def _cat(pen: Pen) -> None:
    grey: Colour = (148, 140, 130)
    dark: Colour = (98, 92, 86)
    pen.line(grey, 6.0, (76, 60), (86, 54), (90, 40), (86, 28), (90, 20))
    _paws(pen, dark, dark, (42, 64, 42, 6.5), (68, 64, 70, 6.5))
    pen.blob(grey, (26, 52), (40, 49), (56, 51), (72, 51), (80, 58), (77, 68), (62, 71), (44, 71), (32, 68))
    for x in (42, 48, 54, 60, 66, 72):
        pen.line(dark, 1.8, (x, 52), (x + 2, 58), (x + 0.5, 64))
    _paws(pen, grey, grey, (35, 64, 32, 7), (74, 64, 77, 7))
    pen.blob((224, 218, 208), (24, 58), (31, 60), (35, 68), (30, 72), (25, 66))
    pen.blob(grey, (10, 48), (13, 38), (23, 35), (32, 39), (34, 49), (29, 57), (20, 59), (13, 56))
    pen.shape(grey, (12, 42), (12, 27), (21, 37))
    pen.shape(grey, (24, 37), (32, 26), (33, 43))
    pen.shape((196, 150, 142), (14, 38), (13.5, 31), (18, 37))
    pen.blob((226, 220, 210), (10, 53), (17, 50), (24, 53), (20, 59), (13, 58))
    pen.fur(0.07)
    pen.disc((190, 112, 108), 13, 52.5, 1.3, 0.8)
    for x in (16, 25):
        pen.disc((206, 204, 88), x, 46, 2.3)
        pen.disc((18, 18, 14), x, 46, 1.1, 1.8)


def _squirrel(pen: Pen) -> None:
    red: Colour = (172, 96, 52)
    pen.blob((152, 82, 44), (58, FEET - 2), (70, 86), (82, 72), (82, 52), (90, 36), (88, 22), (76, 14),
             (64, 20), (60, 34), (66, 48), (62, 64), (54, 78))  # fmt: skip
    pen.blob(
        red, (34, 54), (44, 46), (56, 52), (66, 68), (66, 84), (54, FEET), (38, FEET), (32, 78), (32, 64)
    )
    pen.blob((236, 222, 202), (33, 60), (40, 60), (42, 76), (38, 86), (33, 78))
    pen.blob(red, (18, 42), (24, 32), (36, 28), (46, 34), (48, 46), (40, 54), (28, 54), (20, 50))
    pen.shape(red, (34, 32), (36, 16), (43, 32))
    pen.line(red, 5.0, (38, 60), (28, 64), (24, 60))
    pen.disc((120, 82, 44), 22, 59, 4.0)
    pen.blob((148, 80, 44), (50, 78), (64, 80), (60, FEET), (40, FEET), (36, FEET - 3))
    pen.fur(0.11, 3.0)
    pen.eye(27, 41, 2.3)
    pen.disc((60, 40, 36), 18, 45, 1.5)


def _person(pen: Pen) -> None:
    coat: Colour = (62, 92, 132)
    for x, foot in ((46, 42), (54, 60)):
        pen.line((74, 74, 84), 7.5, (x, 52), ((x + foot) / 2, 68), (foot, 82))
        pen.line((58, 82, 58), 8.0, ((x + foot) / 2 - 0.5, 76), (foot, 86))
        pen.disc((50, 72, 50), foot - 2.0, 88, 5.0, 0.45)
    pen.line((52, 80, 118), 5.5, (57, 30), (63, 40), (60, 50))
    pen.blob(coat, (43, 27), (50, 24), (57, 27), (60, 40), (60, 55), (50, 57), (40, 55), (41, 40))
    pen.line(coat, 5.5, (44, 30), (38, 40), (33, 48))
    pen.disc((222, 178, 150), 32, 49.5, 2.4)
    pen.shape((120, 122, 128), (24, 50), (34, 50), (33, 59), (25, 59))
    pen.disc((222, 180, 152), 50, 17.5, 5.6, 1.15)
    pen.blob((178, 140, 82), (40, 14.5), (50, 12.5), (60, 14.5), (50, 16.5))
    pen.blob((190, 152, 92), (45, 14), (46, 8.5), (54, 8.5), (55, 14))
    pen.fur(0.04)


DRAW: dict[str, Callable[[Pen], None]] = {
    "blackbird": _blackbird,
    "robin": _robin,
    "hedgehog": _hedgehog,
    "fox": _fox,
    "cat": _cat,
    "squirrel": _squirrel,
    "person": _person,
}


def cut_out(kind: str) -> Image.Image:
    """One animal on a transparent square, facing left; deterministic."""
    pen = Pen(len(kind))
    DRAW[kind](pen)
    return pen.image
