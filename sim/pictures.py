"""A pool of pictures for the virtual camera: one garden, its visitors, any light; the same for the same seed.

Pictures are made when first asked for and kept, so that a year of wakes costs a few hundred of them.
"""

from __future__ import annotations

import random
from functools import lru_cache
from typing import TYPE_CHECKING

from sim.sensor_jpeg import encode, header

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

__all__ = ["KINDS", "VARIANTS", "PicturePool", "header", "picture_pool"]

KINDS = ("none", "blackbird", "robin", "hedgehog", "fox", "cat", "squirrel", "person")
#: Places and sizes in which each kind is drawn.
VARIANTS = 6
#: Frames after which exposure and colour are right; 0, 1 and 2 are dark, glaring and greenish.
SETTLED = 3

#: Kinds of light on the log scale of sim.sky: sun, cloud, low sun, twilight in three steps, night.
_LEVELS = (0.95, 0.75, 0.52, 0.36, 0.25, 0.14, 0.0)
#: Below this the sensor's longest exposure and highest gain no longer suffice (sim.devices.ov2640).
_FULL_EXPOSURE = 0.35
_DECADES = 5.0
_GAMMA = 2.2
_DARKEST = 0.075

#: What is wrong with the first frames: factors of red, green and blue.
_UNSETTLED = {0: (0.14, 0.20, 0.12), 1: (1.5, 2.3, 1.5), 2: (1.0, 1.32, 0.95)}


@lru_cache(maxsize=2)
def picture_pool(seed: int) -> PicturePool:
    """The pool of a seed; nodes of one process share what is drawn already."""
    return PicturePool(seed)


class PicturePool:
    """All pictures of one garden."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._pictures: dict[tuple[int, int, int, float, str, int, int, float], bytes] = {}
        self._gardens: dict[tuple[int, int, float, float], Image.Image] = {}
        self._grain: dict[tuple[int, int], NDArray[np.float32]] = {}
        self._animals: dict[str, Image.Image] = {}

    def picture(
        self,
        width: int,
        height: int,
        qs: int,
        light: float,
        kind: str = "none",
        variant: int = 0,
        frame: int = SETTLED,
    ) -> bytes:
        """One JPEG as the sensor would send it.

        Parameters
        ----------
        qs : quality register, lower is better. light : 0 night to 1 full sun, log scale.
        kind : one of KINDS, else ValueError. variant : place and size, modulo VARIANTS.
        frame : frames since the sensor started; before SETTLED exposure and colour are wrong.
        """
        level = min(_LEVELS, key=lambda known: abs(known - light))
        return self._kept(width, height, qs, level, kind, variant, frame, 0.0)

    def lit(
        self, width: int, height: int, qs: int, reach_m: float, kind: str, variant: int, frame: int
    ) -> bytes:
        """The same at night by an infrared light that reaches `reach_m`: grey, and what is far is dark."""
        return self._kept(width, height, qs, 0.0, kind, variant, frame, reach_m)

    def _kept(
        self,
        width: int,
        height: int,
        qs: int,
        level: float,
        kind: str,
        variant: int,
        frame: int,
        reach_m: float,
    ) -> bytes:
        if kind not in KINDS:
            raise ValueError(f"kind {kind!r} of visitor is not known; there are {', '.join(KINDS)}.")
        key = (width, height, qs, level, kind, variant % VARIANTS, min(frame, SETTLED), reach_m)
        found = self._pictures.get(key)
        if found is None:
            found = self._pictures[key] = encode(self._image(width, height, level, kind, *key[5:]), qs)
        return found

    # -- drawing ---------------------------------------------------------------------------------

    def _image(
        self, width: int, height: int, level: float, kind: str, variant: int, frame: int, reach_m: float
    ) -> Image.Image:
        sun, low = float(level > 0.85 or 0.42 < level < 0.6), float(level < 0.6)
        garden = self._garden(width, height, sun, low)
        image = garden.copy()
        chance = random.Random(f"{self._seed} {kind} {variant}")
        if kind != "none":
            self._visitor(image, kind, variant, chance, sun, low)
        if reach_m:
            return self._grey(image, garden, reach_m, frame, chance)
        return self._graded(image, level, frame, chance)

    def _garden(self, width: int, height: int, sun: float, low: float) -> Image.Image:
        from sim.garden import Garden

        key = (width, height, sun, low)
        if key not in self._gardens:
            self._gardens[key] = Garden(width, height, self._seed, sun, low).image
        return self._gardens[key]

    def _visitor(
        self, image: Image.Image, kind: str, variant: int, chance: random.Random, sun: float, low: float
    ) -> None:
        """Put an animal on the lawn, or on the tray of the bird table, with its shadow."""
        from sim.animals import PERCHES, SIZE
        from sim.garden import TABLE_X, TRAY_Y

        width, height = image.size
        x, y = chance.uniform(0.16, 0.66), chance.uniform(0.64, 0.93)
        if kind == "person":
            x, y = chance.choice((0.14, 0.30, 0.44, 0.66)), chance.uniform(0.66, 0.76)
        scale = (0.72 + (y - 0.64) * 1.5) * chance.uniform(0.9, 1.1)
        perched = kind in PERCHES and variant % 3 == 2
        if perched:
            x, y, scale = TABLE_X + chance.uniform(-0.03, 0.03), TRAY_Y - 0.008, 0.62
        side = max(8, round(SIZE[kind] * scale * height))
        animal = self._animal(kind, side, chance.random() < 0.5)
        at = (round(x * width - side / 2), round(y * height - 0.9 * side))
        if not perched:
            self._shadow(image, animal, at, sun, low)
        image.paste(animal, at, animal)

    def _animal(self, kind: str, side: int, mirrored: bool) -> Image.Image:
        from PIL import Image

        from sim.animals import cut_out

        if kind not in self._animals:
            self._animals[kind] = cut_out(kind)
        animal = self._animals[kind].resize((side, side), Image.Resampling.LANCZOS)
        return animal.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else animal

    def _shadow(
        self, image: Image.Image, animal: Image.Image, at: tuple[int, int], sun: float, low: float
    ) -> None:
        """In the sun the animal's own outline, laid to the right; always a soft spot under its feet."""
        from PIL import Image, ImageDraw, ImageFilter

        side = animal.width
        long = 2 * side
        spot = Image.new("L", (long, side), 0)
        ImageDraw.Draw(spot).ellipse((0.18 * side, 0.44 * side, 0.84 * side, 0.56 * side), fill=110)
        if sun:
            flat = 0.30 if not low else 0.22
            lean = 0.9 if not low else 2.2
            outline = animal.getchannel("A").point(lambda alpha: alpha * 120 // 255)
            # row v of the shadow shows row (v - foot) / flat of the animal upside down, moved right by lean
            feet = 0.5 * side
            laid = outline.transform(
                (long, side),
                Image.Transform.AFFINE,
                (1.0, -lean, lean * feet, 0.0, -1.0 / flat, 0.9 * side + feet / flat),
            )
            spot.paste(120, (0, 0), laid)
        soft = spot.filter(ImageFilter.GaussianBlur(max(1.0, 0.012 * side)))
        image.paste((18, 30, 14), (at[0], at[1] + round(0.4 * side)), soft)

    def _graded(self, image: Image.Image, level: float, frame: int, chance: random.Random) -> Image.Image:
        """Brightness, colour and grain that the sensor gives this light."""
        import numpy as np
        from PIL import Image

        gain = min(1.0, 10.0 ** (_DECADES * (level - _FULL_EXPOSURE)))
        bright = max(_DARKEST, gain ** (1.0 / _GAMMA))
        pixels = np.asarray(image, np.float32)
        if level < 0.42:  # twilight: colours fade into blue
            grey = pixels @ np.asarray((0.30, 0.59, 0.11), np.float32)
            fade = min(0.75, 0.3 + 0.5 * (1.0 - bright))
            pixels = (
                pixels * (1.0 - fade) + grey[..., None] * np.asarray((0.86, 0.96, 1.22), np.float32) * fade
            )
        elif level < 0.6:  # low sun
            pixels = pixels * np.asarray((1.10, 0.98, 0.80), np.float32)
        elif level < 0.85:
            pixels = pixels * 0.94
        tint = np.asarray(_UNSETTLED.get(frame, (1.0, 1.0, 1.0)), np.float32)
        amount = (0.8 if level > 0.6 else 0.9) * min(1.0, image.width / 800)
        grain = np.roll(self._noise(*image.size), chance.randrange(1 << 16))
        graded = pixels * (tint * bright) + amount * grain[..., None]
        return Image.fromarray(np.clip(graded, 0, 255).astype(np.uint8))

    def _grey(
        self, image: Image.Image, garden: Image.Image, reach_m: float, frame: int, chance: random.Random
    ) -> Image.Image:
        """The scene in infrared: grey, with the light falling off; an animal stands where its feet are."""
        import numpy as np
        from PIL import Image

        from sim.garden import lawn_distance_m

        pixels = np.asarray(image, np.float32)
        rows = np.arange(image.height) / image.height
        away_m = np.repeat(lawn_distance_m(rows)[:, None], image.width, axis=1)
        visitor = np.abs(pixels - np.asarray(garden, np.float32)).max(axis=2) > 0
        if visitor.any():
            away_m[visitor] = lawn_distance_m(rows[visitor.any(axis=1)].max())
        shine = np.minimum(1.0, (reach_m / away_m) ** 2) ** (1.0 / _GAMMA)
        grey = pixels @ np.asarray((0.30, 0.59, 0.11), np.float32)
        tint = np.asarray(_UNSETTLED.get(frame, (1.0, 1.0, 1.0)), np.float32).mean()
        grain = np.roll(self._noise(*image.size), chance.randrange(1 << 16))
        graded = grey * shine * tint + 2.0 * min(1.0, image.width / 800) * grain
        return Image.fromarray(np.clip(graded, 0, 255).astype(np.uint8)).convert("RGB")

    def _noise(self, width: int, height: int) -> NDArray[np.float32]:
        import numpy as np

        key = (width, height)
        if key not in self._grain:
            generator = np.random.default_rng(self._seed)
            self._grain[key] = generator.standard_normal((height, width), np.float32)
        return self._grain[key]
