"""The picture pool: header as the real sensor's, a scan that decodes, sizes as measured, quick."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sim.pictures import KINDS, PicturePool, header
from sim.sensor_jpeg import HEADER_B, encode, quantiser

SAMPLE = Path(__file__).resolve().parents[3] / "shared/data/cameras/jpeg_header_sample.json"


@pytest.fixture(scope="module")
def pool() -> PicturePool:
    return PicturePool(7)


def decoded(jpeg: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(jpeg)) as image:
        return np.asarray(image.convert("RGB"), np.float32)


def test_header_equals_the_real_sensors() -> None:
    if not SAMPLE.exists():
        pytest.skip("the sample of a real sensor is not part of the project: ../shared/data is absent")
    sample = json.loads(SAMPLE.read_text())
    assert header(sample["qs"], sample["width"], sample["height"]) == bytes.fromhex(sample["header_hex"])


def test_header_segments_in_the_sensors_order() -> None:
    head = header(12, 1600, 1200)
    assert len(head) == HEADER_B
    at, order = 2, []
    while at < len(head):
        order.append((head[at + 1], int.from_bytes(head[at + 2 : at + 4], "big") + 2))
        at += order[-1][1]
    assert order == [
        (0xE0, 18), (0xDB, 69), (0xDB, 69), (0xC4, 33), (0xC4, 183), (0xC4, 33), (0xC4, 183), (0xC0, 19),
        (0xDA, 14),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("qs", "first"), [(12, (12, 13)), (15, (15, 16)), (16, (16, 17)), (63, (63, 67)), (0, (0, 0))]
)
def test_quantiser_scales_annex_k(qs: int, first: tuple[int, int]) -> None:
    luma, chroma = quantiser(qs)
    assert (luma[0], chroma[0]) == first


def test_the_scan_decodes_to_what_was_coded() -> None:
    """Under our header the same pixels come out as under the encoder's own."""
    rng = np.random.default_rng(1)
    image = Image.fromarray((rng.random((75, 100, 3)) * 255).astype(np.uint8)).resize((800, 600))
    own = io.BytesIO()
    image.save(own, "JPEG", qtables=list(quantiser(12)), subsampling="4:2:2")
    ours = encode(image, 12)
    assert np.array_equal(decoded(ours), decoded(own.getvalue()))
    assert np.abs(decoded(ours) - np.asarray(image, np.float32)).mean() < 6.0


@pytest.mark.parametrize(
    ("size", "light", "least", "most"),
    [
        ((800, 600), 0.95, 25_000, 52_000),
        ((800, 600), 0.75, 25_000, 52_000),
        ((800, 600), 0.0, 9_500, 16_500),
        ((320, 240), 0.75, 3_000, 8_000),
        ((320, 240), 0.0, 1_600, 4_000),
        ((1600, 1200), 0.95, 80_000, 200_000),
        ((160, 120), 0.75, 1_000, 3_000),
    ],
)
def test_sizes_are_those_of_the_sensor(
    pool: PicturePool, size: tuple[int, int], light: float, least: int, most: int
) -> None:
    for kind in ("none", "fox", "robin"):
        assert least <= len(pool.picture(*size, 12, light, kind)) <= most, kind


def test_a_lower_quality_register_makes_it_larger(pool: PicturePool) -> None:
    sizes = [len(pool.picture(800, 600, qs, 0.75)) for qs in (6, 12, 24)]
    assert sizes[0] > 1.4 * sizes[1] > 1.4 * 1.4 * sizes[2]


BRIGHTNESS = {1.0: (75, 140), 0.75: (75, 140), 0.5: (60, 130), 0.36: (75, 140), 0.2: (30, 70), 0.0: (2, 20)}


@pytest.mark.parametrize("light", BRIGHTNESS)
def test_brightness_follows_the_light(pool: PicturePool, light: float) -> None:
    mean = decoded(pool.picture(320, 240, 12, light)).mean()
    low, high = BRIGHTNESS[light]
    assert low < mean < high


def test_the_first_frames_are_dark_glaring_and_green(pool: PicturePool) -> None:
    means = [
        decoded(pool.picture(320, 240, 12, 0.95, "none", 0, frame)).mean(axis=(0, 1)) for frame in range(4)
    ]
    assert means[0].mean() < 30
    assert means[1].mean() > 1.5 * means[3].mean()
    assert all(means[frame][1] > 1.15 * means[frame][[0, 2]].max() for frame in (0, 1, 2))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "none"])
def test_each_visitor_can_be_seen(pool: PicturePool, kind: str) -> None:
    """It changes at least 0.3 % of the picture, in each place it takes."""
    empty = decoded(pool.picture(320, 240, 12, 0.75))
    for variant in range(6):
        change = np.abs(decoded(pool.picture(320, 240, 12, 0.75, kind, variant)) - empty).max(axis=2) > 30
        assert change.mean() > 0.003


def test_same_seed_same_bytes_other_seed_other_garden() -> None:
    first, again, other = PicturePool(1), PicturePool(1), PicturePool(2)
    again.picture(160, 120, 12, 0.9, "cat", 3)  # the order of asking does not matter
    wanted = first.picture(160, 120, 12, 0.9, "fox", 1)
    assert again.picture(160, 120, 12, 0.9, "fox", 1) == wanted
    assert other.picture(160, 120, 12, 0.9, "fox", 1) != wanted
    assert first.picture(160, 120, 12, 0.93, "fox", 7) is wanted  # nearest light, variant modulo 6


def test_an_unknown_visitor_is_named(pool: PicturePool) -> None:
    with pytest.raises(
        ValueError, match=r"kind 'yeti' of visitor is not known; there are none, blackbird, .*person"
    ):
        pool.picture(160, 120, 12, 0.9, "yeti")


def test_the_first_24_pictures_are_quick() -> None:
    pool = PicturePool(3)
    began = time.process_time()
    for at in range(24):
        pool.picture(800, 600, 12, (0.95, 0.75, 0.5)[at % 3], KINDS[at % 8], at // 8)
    assert time.process_time() - began < 3.0  # 1.1 s on the machine where it was written


def test_in_infrared_light_it_is_grey_and_falls_off(pool: PicturePool) -> None:
    """By hand, a white lawn: at the lower edge 1.5 m away, at the hedge 5.25 m; beyond it nothing."""
    from sim.garden import lawn_distance_m

    assert lawn_distance_m(np.array([0.0, 0.23, 0.3, 0.5, 0.65, 1.0])) == pytest.approx(
        [100.0, 100.0, 5.25, 5.25, 3.0, 1.5]
    )
    pixels = decoded(pool.lit(800, 600, 12, 4.0, "none", 0, 3))
    assert np.abs(pixels.max(axis=2) - pixels.min(axis=2)).mean() < 2.0
    assert pixels[60:120].mean() < 20
    weak = decoded(pool.lit(800, 600, 12, 1.0, "none", 0, 3))
    for row, away_m in ((570, 1.615), (360, 3.5)):  # within 4 m all is as bright as by day
        share = weak[row - 10 : row + 10].mean() / pixels[row - 10 : row + 10].mean()
        assert share == pytest.approx(away_m ** (-2 / 2.2), abs=0.03)


@pytest.mark.parametrize("kind", ["fox", "hedgehog", "person"])
def test_a_visitor_is_seen_in_it(pool: PicturePool, kind: str) -> None:
    empty = decoded(pool.lit(320, 240, 12, 4.0, "none", 0, 3))
    change = np.abs(decoded(pool.lit(320, 240, 12, 4.0, kind, 1, 3)) - empty).max(axis=2) > 15
    assert change.mean() > 0.003
    dark = np.abs(
        decoded(pool.picture(320, 240, 12, 0.0, kind, 1)) - decoded(pool.picture(320, 240, 12, 0.0))
    )
    assert (dark.max(axis=2) > 15).mean() < change.mean() / 2
