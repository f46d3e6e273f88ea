"""The garden that the virtual camera looks at: sky, trees, hedge, flowers, lawn and a bird table.

Drawn once per size and kind of light; all lengths are fractions of the picture. An illustration, not a model.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Field = NDArray[np.float32]
Colour = tuple[int, int, int]

HORIZON, HEDGE_TOP, LAWN = 0.30, 0.24, 0.50
#: Distance of the lawn at the picture's lower edge, and of what is above the hedge, m.
_NEAR_m, _FAR_m = 1.5, 100.0
#: Where the bird table stands: x of its pole, y of its tray and of its foot.
TABLE_X, TRAY_Y, FOOT_Y = 0.79, 0.42, 0.72


def noise(generator: np.random.Generator, width: int, height: int, cells_x: float, cells_y: float) -> Field:
    """Smooth noise around 0 with about `cells_x` by `cells_y` blobs; float32, shape (height, width)."""
    across, down = max(2, round(cells_x)), max(2, round(cells_y))
    raw = generator.standard_normal((down, across)).astype(np.float32)
    small = Image.fromarray(raw)
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


def _mix(first: Colour, second: Colour, share: Field) -> Field:
    """Blend two colours; shape (..., 3), 0..255."""
    a, b = np.asarray(first, np.float32), np.asarray(second, np.float32)
    return np.asarray(a + (b - a) * np.clip(share, 0.0, 1.0)[..., None], np.float32)


def _ramp(width: int, start: float, end: float, height: int) -> Field:
    """0 at the row of `start`, 1 at that of `end`; shape (height, width)."""
    rows = (np.arange(height, dtype=np.float32) / height - start) / (end - start)
    return np.broadcast_to(np.clip(rows, 0.0, 1.0)[:, None], (height, width))


def lawn_distance_m(y: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far away what is drawn at the heights `y` (0 top to 1 bottom) stands: lawn, hedge, sky."""
    lawn = _NEAR_m * (1.0 - HORIZON) / (np.maximum(y, LAWN) - HORIZON)
    return np.where(y < HEDGE_TOP, _FAR_m, lawn)


class Garden:
    """One size of the garden.

    Parameters
    ----------
    sun : 1 sunny with shadows, 0 overcast. low : 1 the sun is at the horizon: warm sky, long shadows.
    """

    def __init__(self, width: int, height: int, seed: int, sun: float, low: float) -> None:
        self.width, self.height = width, height
        self._seed = seed
        self._random = np.random.default_rng(seed)
        self._sun, self._low = sun, low
        self._detail = min(1.0, width / 800.0)  # small pictures lose the leaves first
        self.image = self._draw()

    def _noise(self, cells_x: float, cells_y: float | None = None) -> Field:
        down = cells_x * self.height / self.width if cells_y is None else cells_y
        return noise(self._random, self.width, self.height, cells_x, down)

    def _draw(self) -> Image.Image:
        picture = self._sky()
        picture = self._over(picture, self._trees(), self._crowns())
        picture = self._over(picture, self._hedge(), self._edge(HEDGE_TOP, 5.0, 0.012, 90.0, 0.006))
        lawn_edge = self._edge(LAWN, 6.0, 0.006, 200.0, 0.004)
        picture = self._over(picture, self._lawn(), lawn_edge)
        image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
        self._random = np.random.default_rng(self._seed + 1)  # the same plants in any light
        self._flowers(image)
        self._stones(image)
        self._table(image)
        # the lens: fine leaves are softer the smaller the picture is scaled
        return self._blades(image).filter(ImageFilter.GaussianBlur(min(1.5, 0.15 + 480.0 / self.width)))

    def _over(self, below: Field, above: Field, mask: Field) -> Field:
        share = mask[..., None]
        return np.asarray(below * (1.0 - share) + above * share, np.float32)

    def _edge(self, y: float, cells: float, depth: float, fine_cells: float, fine_depth: float) -> Field:
        """Mask of everything below a wobbling line; soft over a pixel."""
        line = y + depth * noise(self._random, self.width, 4, cells, 2)[0]
        line = line + fine_depth * noise(self._random, self.width, 4, fine_cells, 2)[0]
        rows = np.arange(self.height, dtype=np.float32)[:, None]
        return np.asarray(np.clip(rows - line[None, :] * self.height, 0.0, 1.0), np.float32)

    def _crowns(self) -> Field:
        """Mask of far trees: round crowns of many sizes, side by side."""
        mask = Image.new("L", (self.width, self.height), 0)
        draw = ImageDraw.Draw(mask)
        choose = np.random.default_rng(self._seed + 2)
        for x in np.linspace(-0.02, 1.02, 20) + choose.normal(0.0, 0.012, 20):
            radius = choose.uniform(0.04, 0.085)
            y = HORIZON - 0.03 - radius * 0.75 * choose.uniform(0.5, 1.3)
            for _ in range(7):
                dx, dy = choose.normal(0.0, 0.4, 2) * radius
                draw.ellipse(self._box(x + dx, y + dy, radius * 0.75, radius * 0.7), fill=255)
        return np.asarray(mask.filter(ImageFilter.GaussianBlur(0.8)), np.float32) / 255.0

    # -- layers ----------------------------------------------------------------------------------

    def _sky(self) -> Field:
        up = 1.0 - _ramp(self.width, 0.0, HORIZON + 0.05, self.height)
        if self._low > 0.5:
            sky = _mix((255, 196, 140), (118, 138, 186), up * 1.1)
        elif self._sun > 0.5:
            sky = _mix((206, 226, 240), (98, 158, 224), up)
        else:
            sky = _mix((222, 226, 228), (178, 188, 198), up)
        clouds = self._noise(5, 7) + 0.5 * self._noise(14, 18) + 0.25 * self._noise(40, 40)
        cover = np.clip(clouds * 0.55 - 0.15 + (0.0 if self._sun > 0.5 else 0.4), 0.0, 0.85)
        light: Colour = (255, 222, 200) if self._low > 0.5 else (250, 250, 250)
        return np.asarray(sky + (_mix(light, light, cover) - sky) * cover[..., None], np.float32)

    def _trees(self) -> Field:
        shade = 0.5 + 0.22 * self._noise(26) + 0.13 * self._noise(90) + 0.05 * self._noise(240)
        return _mix((58, 84, 66), (128, 152, 112), shade)

    def _hedge(self) -> Field:
        depth = _ramp(self.width, HEDGE_TOP, LAWN, self.height)
        leaves = 0.16 * self._noise(60) + 0.13 * self._noise(150) + 0.06 * self._noise(380)
        shade = 0.72 - 0.62 * depth + self._detail * leaves
        return _mix((20, 40, 24), (112, 146, 62), shade)

    def _lawn(self) -> Field:
        near = _ramp(self.width, LAWN, 1.0, self.height)
        far_grass = self._noise(420, 260)
        near_grass = self._noise(260, 60)
        blades = far_grass * (1.0 - near) + (0.6 * near_grass + 0.5 * far_grass) * near
        patches = 0.55 * self._noise(7, 12) + 0.3 * self._noise(22, 30)
        x = np.linspace(-1.0, 1.0, self.width, dtype=np.float32)[None, :]
        stripes = np.sign(np.sin((x / (0.25 + 0.75 * near) * 5.0 + 0.6) * np.pi / 1.6))
        shade = 0.52 - 0.10 * near + 0.085 * self._detail * blades + 0.07 * patches + 0.045 * stripes
        lawn = _mix((44, 78, 30), (152, 182, 78), np.asarray(shade, np.float32))
        return lawn * self._tree_shadow(near)[..., None]

    def _tree_shadow(self, near: Field) -> Field:
        """Dappled shade of a tree outside the picture, left in front."""
        if self._sun < 0.5:
            return np.ones_like(near)
        x = np.linspace(0.0, 1.0, self.width, dtype=np.float32)[None, :]
        reach = 0.85 - 2.3 * np.hypot(x - 0.02, (near - 0.75) * 0.75)
        dapple = np.clip((reach + 0.42 * self._noise(16, 14) + 0.15 * self._noise(50, 40)) * 2.2, 0.0, 1.0)
        hedge_shade = np.clip(1.0 - near * (4.0 if self._low > 0.5 else 9.0), 0.0, 1.0)
        return np.asarray(1.0 - 0.38 * np.maximum(dapple, hedge_shade), np.float32)

    # -- things ----------------------------------------------------------------------------------

    def _box(self, x: float, y: float, rx: float, ry: float) -> tuple[float, float, float, float]:
        """Ellipse box around a point, radii as fractions of the height."""
        w, h = self.width, self.height
        return x * w - rx * h, y * h - ry * h, x * w + rx * h, y * h + ry * h

    def _flowers(self, image: Image.Image) -> None:
        draw = ImageDraw.Draw(image)
        choose = self._random
        colours: tuple[Colour, ...] = (
            (226, 92, 142), (244, 206, 80), (240, 240, 232), (150, 102, 200), (232, 96, 66),
        )  # fmt: skip
        for x in np.sort(choose.uniform(0.02, 0.62, 26)):
            tall = choose.uniform(0.03, 0.085)
            foot = LAWN + choose.uniform(0.005, 0.025)
            colour = colours[int(choose.integers(len(colours)))]
            for _ in range(12):
                dx = choose.normal(0.0, 0.013)
                box = self._box(x + dx, foot - tall * 0.25, 0.0025, tall * choose.uniform(0.25, 0.5))
                draw.ellipse(box, fill=(56, int(choose.integers(92, 128)), 46))
            for _ in range(int(choose.integers(4, 9))):
                radius = choose.uniform(0.005, 0.011)
                y = foot - tall * choose.uniform(0.55, 1.1)
                draw.ellipse(self._box(x + choose.normal(0.0, 0.013), y, radius, radius), fill=colour)

    def _stones(self, image: Image.Image) -> None:
        """A path of stepping stones towards the viewer."""
        draw = ImageDraw.Draw(image)
        for step in range(6):
            near = (step / 5.0) ** 1.6
            y = 0.545 + 0.42 * near
            x = 0.60 - 0.17 * near + 0.02 * (-1) ** step
            rx, ry = 0.026 + 0.085 * near, 0.008 + 0.026 * near
            draw.ellipse(self._box(x, y + ry * 0.35, rx * 1.04, ry * 1.02), fill=(58, 76, 42))
            tone = int(self._random.integers(-8, 9))
            draw.ellipse(self._box(x, y, rx, ry), fill=(158 + tone, 156 + tone, 146 + tone))
            draw.ellipse(
                self._box(x - rx * 0.1, y - ry * 0.2, rx * 0.8, ry * 0.62),
                fill=(172 + tone, 170 + tone, 160 + tone),
            )

    def _table(self, image: Image.Image) -> None:
        """A wooden bird table with a roof, its foot on the lawn."""
        w, h = self.width, self.height
        draw = ImageDraw.Draw(image, "RGBA")
        x, wood, dark, light = TABLE_X * w, (134, 98, 62), (92, 64, 40), (170, 128, 84)

        def slab(left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
            draw.rectangle((x + left * h, top * h, x + right * h, bottom * h), fill=colour)

        if self._sun > 0.5:
            reach = 0.5 if self._low > 0.5 else 0.26
            foot = (x, FOOT_Y * h)
            tip = (x + reach * h, FOOT_Y * h + 0.07 * h)
            draw.line((*foot, *tip), fill=(20, 36, 16, 110), width=max(1, round(0.022 * h)))
            roof_shade = (tip[0] - 0.10 * h, tip[1] - 0.018 * h, tip[0] + 0.12 * h, tip[1] + 0.03 * h)
            draw.ellipse(roof_shade, fill=(20, 36, 16, 110))
        slab(-0.012, TRAY_Y, 0.012, FOOT_Y, wood)
        slab(0.004, TRAY_Y, 0.012, FOOT_Y, dark)
        for side in (-1.0, 1.0):
            brace = (x, (FOOT_Y - 0.05) * h, x + side * 0.055 * h, (FOOT_Y + 0.008) * h)
            draw.line(brace, fill=dark, width=max(1, round(0.013 * h)))
            slab(side * 0.088 - 0.005, TRAY_Y - 0.13, side * 0.088 + 0.005, TRAY_Y, dark)
        slab(-0.115, TRAY_Y - 0.005, 0.115, TRAY_Y + 0.017, wood)
        slab(-0.115, TRAY_Y - 0.012, 0.115, TRAY_Y - 0.003, light)
        eaves = (TRAY_Y - 0.125) * h
        roof = [(x - 0.14 * h, eaves), (x, (TRAY_Y - 0.215) * h), (x + 0.14 * h, eaves)]
        draw.polygon(roof, fill=(120, 66, 50))
        draw.polygon([roof[0], roof[1], (x, eaves)], fill=(150, 88, 66))
        draw.line((roof[0], roof[2]), fill=dark, width=max(1, round(0.008 * h)))

    def _blades(self, image: Image.Image) -> Image.Image:
        """Grass right before the lens, out of focus."""
        w, h = self.width, self.height
        layer = Image.new("RGBA", (w, h), (0, 0, 0, 0))
        draw = ImageDraw.Draw(layer)
        choose = self._random
        for _ in range(46):
            x = choose.choice((choose.uniform(-0.02, 0.26), choose.uniform(0.86, 1.02)))
            tall, lean = choose.uniform(0.08, 0.26) * (1.2 - x if x < 0.5 else x), choose.normal(0.0, 0.03)
            green = int(choose.integers(86, 150))
            wide = 0.006 * h
            points = [(x * w - wide, h), (x * w + wide, h), ((x + lean) * w, (1.0 - tall) * h)]
            draw.polygon(points, fill=(green // 2 + 8, green, 34, 255))
        soft = layer.filter(ImageFilter.GaussianBlur(0.004 * h))
        image.paste(soft, (0, 0), soft)
        return image
