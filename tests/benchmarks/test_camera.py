"""The camera benchmark: its fixed slice in the fast tests, all of it with --full, and that it can fail."""

from __future__ import annotations

from types import CodeType

import pytest

from benchmarks import camera, camera_bench, camera_esp, esp_bench
from benchmarks.camera_bench import KINDS, Kind
from benchmarks.esp_bench import DESIGNS
from sim.modules import SourceFile

SLICE = 350  # 14 captures with each of 24 faults, 14 with none


@pytest.fixture(params=KINDS, ids=[kind.sensor for kind in KINDS])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


def hold(figures: dict[str, camera.Figure], captures: int) -> None:
    """What must be true of any number of captures."""
    assert (figures["captures"], figures["bad_marked_good"]) == (captures, 0)
    assert isinstance(figures["invisible_kinds"], dict)
    assert set(figures["invisible_kinds"]) == {"flipped_in_fifo"}
    lost, refused = figures["lost_although_deliverable"], figures["did_not_start"]
    assert isinstance(lost, dict) and isinstance(refused, dict)
    assert lost == {}, "whenever the camera can deliver, a good picture comes within the retries"
    assert set(refused) <= {"spi_test", "absent_i2c", "scl_stuck", "nack"}
    assert isinstance(figures["longest_s"], float) and figures["longest_s"] < 15.0


def test_a_slice_of_the_seeds(kind: Kind) -> None:
    figures = camera.figures_of(camera.measure(kind, range(SLICE)))
    hold(figures, SLICE)
    assert figures["good_within_retries"] == 1.0


def test_it_counts_what_a_node_without_the_second_reading_would_keep(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = camera_bench.path_of("storing").read_text("utf-8")
    compared = "self._crc != self._wake.shot[2]"
    assert compared in source
    careless = compile(source.replace(compared, "False"), "storing", "exec")
    real = camera_bench._code

    def code(name: str) -> CodeType:
        return careless if name == "storing" else real(name)

    monkeypatch.setattr(camera_bench, "_code", code)
    assert camera.measure(kind, range(SLICE)).bad_marked_good > 0


def test_the_same_seeds_give_the_same_tally(kind: Kind) -> None:
    first, again = (camera.figures_of(camera.measure(kind, range(50))) for _ in range(2))
    assert first == again


def hold_on_connector(figures: dict[str, camera.Figure], captures: int) -> None:
    """The same of a camera on a board's connector, where nothing lies between memory and check."""
    assert (figures["captures"], figures["bad_marked_good"]) == (captures, 0)
    assert (figures["good_within_retries"], figures["lost_although_deliverable"]) == (1.0, {})
    assert isinstance(figures["invisible_kinds"], dict)
    assert set(figures["invisible_kinds"]) == {"flipped", "lost_block"}
    assert isinstance(figures["did_not_start"], dict)
    assert set(figures["did_not_start"]) <= {"absent_i2c", "scl_stuck", "probe_fails", "nack"}
    assert isinstance(figures["longest_s"], float) and figures["longest_s"] < 15.0


@pytest.mark.parametrize("design", DESIGNS)
def test_a_slice_of_the_seeds_on_a_connector(design: str) -> None:
    hold_on_connector(camera.figures_of(camera_esp.measure(design, 260)), 260)


def test_it_counts_what_a_node_without_a_copy_would_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that reads from the view of before sees what the next frame wrote there."""
    files, packages = esp_bench._files("esp32-cam")
    copied = "self._picture = bytes(frame)"
    assert copied in files["espcam"].text
    text = files["espcam"].text.replace(copied, "self._picture = frame.cast('B')")
    text = text.replace(
        "self.size = len(self._picture)", "self.size = len(self._picture); self._camera.take(0)"
    )
    careless = {**files, "espcam": SourceFile("espcam.py", text, native=True)}
    monkeypatch.setattr(esp_bench, "_files", lambda name: (careless, packages))
    tally = camera_esp.measure("esp32-cam", 26)
    assert tally.kept == 0 and tally.able > 10


@pytest.mark.full
def test_ten_thousand_captures_per_camera() -> None:
    result = camera.run(lambda what, share: None)
    on_connector = {esp_bench.design_of(name).camera.name for name in DESIGNS}
    assert set(result.figures) == {kind.part for kind in KINDS} | on_connector
    for part, figures in result.figures.items():
        assert isinstance(figures, dict)
        (hold_on_connector if part in on_connector else hold)(figures, 10_000)
