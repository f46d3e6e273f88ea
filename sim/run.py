"""A run of the twin, from a scenario to a result."""

from __future__ import annotations

import time
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import numpy as np

from boards import Design, load_design
from sim.ageing import Ageing, aged
from sim.air import Air
from sim.booked import booked_at_home
from sim.books import FloatArray
from sim.box import box_of
from sim.cameras import attach_camera
from sim.cell import NEW, Aged
from sim.devices import CameraFaults, EspFaults
from sim.devices.ds3231 import ClockFaults
from sim.devices.ina219 import MeterFaults
from sim.devices.pir import Pir
from sim.devices.sdcard import CardFaults
from sim.devices.seesaw import SoilFaults
from sim.drive import Drive, assemble
from sim.drivefs import DriveFiles
from sim.errors import SimError
from sim.fates import Fates, cause_words
from sim.frost import frost_notes
from sim.guests import guests, place_settings
from sim.hardware import Hardware
from sim.history import ordinary_wake
from sim.home import Home
from sim.installed import hang_up, install_notes
from sim.life import Life
from sim.measured import MeasuredWorld, measured_notes
from sim.pictures import picture_pool
from sim.plant import Plant
from sim.reading_fates import reading_fates
from sim.result import FATES, Picture, ReadingFate, RunResult
from sim.scaled import scaled
from sim.scenario import Scenario
from sim.sensing import attach_sensor
from sim.sky import Sky
from sim.stand_ins import with_stand_ins
from sim.visitors import Visitor
from sim.volume import picture_key
from sim.watching import Frame, reason_names
from sim.wear import worn
from sim.weather_choice import one_year
from sim.world import World

Progress = Callable[[float], None]


@dataclass(slots=True)
class Twin:
    """One virtual node, ready to live: everything a test may want to look at or break."""

    scenario: Scenario
    design: Design
    sky: Sky
    plant: Plant
    world: World
    hardware: Hardware
    home: Home
    life: Life
    visitors: list[Visitor]
    pictures: dict[str, bytes]
    taken: list[tuple[float, int]]  # (time, first value) of each reading that the sensor gave

    def live(self) -> None:
        """Run to the end of the scenario's days."""
        self.life.run()
        self.plant.close()


def _age(design: Design, cell_C: FloatArray, years: float) -> Aged:
    """What the years before the run have made of the cells; a new one needs no rows of ageing."""
    return aged(Ageing.of(design.cell), cell_C, years) if years else NEW


def build(
    scenario: Scenario,
    progress: Progress | None = None,
    camera_faults: CameraFaults | EspFaults | None = None,
    meter_faults: MeterFaults | None = None,
    clock_faults: ClockFaults | None = None,
    card_faults: CardFaults | None = None,
    soil_faults: SoilFaults | None = None,
    drive: Drive | None = None,
) -> Twin:
    """Put a node together as its scenario says; `progress` gets the share that is done, 0..1. `drive`: what
    lies on its drive, if not what its design's and the scenario's settings make."""
    design = scaled(load_design(scenario.design), scenario.panel_scale, scenario.cell_scale)
    weather = one_year(scenario.weather, scenario.seed, scenario.year)
    weather = scenario.troubles.on_weather(weather, scenario.start_day)
    settings = {**(place_settings(weather) if design.runs_tasks else {}), **scenario.settings}
    drive = drive or with_stand_ins(assemble(design, settings, scenario.compiled), design)
    options = design.options
    tilt = scenario.tilt_deg if scenario.tilt_deg is not None else float(str(options["tilt_deg"]))
    azimuth = scenario.azimuth_deg if scenario.azimuth_deg is not None else float(str(options["azimuth_deg"]))
    clear = Sky.prepare(
        weather, design.panel, tilt, azimuth, start_day=scenario.start_day,
        surroundings=scenario.surroundings, soiling=scenario.soiling, snow=scenario.snow,
    )  # fmt: skip
    sky = scenario.troubles.on_sky(clear)
    cell_C = box_of(design).temperature_C(np.array(sky.air_C), np.array(sky.poa_W_m2))
    plant = Plant.from_parts(
        design.panel, design.charger, design.cell, design.protection, sky, scenario.soc,
        int(str(options.get("cells_parallel", 1))), design.board.v("supply_min"),
        design.board.v("supply_hysteresis"),
        _age(design, cell_C, scenario.cell_years), cell_C.tolist(),
    )  # fmt: skip
    end_s = scenario.days * 86_400.0
    world = _world(scenario, plant, end_s)
    found, motions = guests(scenario, weather) if design.pir else ([], [])
    pir = Pir(design.pir, motions, scenario.seed) if design.pir else None
    if pir and scenario.stuck_PIR is not None:
        pir.stuck_from_s, pir.stuck_until_s = scenario.stuck_PIR
    files = DriveFiles(design.board, world.spend)
    files.install(drive.files)
    pictures: dict[str, bytes] = {}
    known: dict[bytes, bytes] = {}  # the pool repeats itself; a year's pictures must fit in memory

    def arrived(key: str, jpeg: bytes) -> None:
        pictures[key] = known.setdefault(jpeg, jpeg)
        life.note.arrived(key, zlib.crc32(jpeg))

    home = Home(
        drive.environment["TORPOR_NODE"],
        _key(drive.environment["TORPOR_KEY"]),
        int(_local(sky).timestamp()),
        arrived,
    )
    air = Air(scenario.link, home, lambda: world.now, world.spend, scenario.seed)
    hardware = Hardware(
        design, world, files, pir, air, scenario.seed, meter_faults, clock_faults, card_faults
    )
    hang_up(hardware.nvm, not scenario.install)
    _limit(hardware)
    life = Life(hardware, drive, (lambda now: progress(now / end_s)) if progress else None)
    for volume in volumes(hardware):
        volume.on_stored = lambda key: life.note.stored(key)
    if design.camera:
        attach_camera(picture_pool(scenario.seed), scenario.seed, hardware, life, sky, found, camera_faults)
    taken = attach_sensor(life, sky, scenario.days, scenario.seed, soil_faults)
    return Twin(scenario, design, sky, plant, world, hardware, home, life, found, pictures, taken)


def _world(scenario: Scenario, plant: Plant, end_s: float) -> World:
    given = (plant, end_s, scenario.seed, scenario.currents, scenario.gauge_points)
    if scenario.differences is None:
        return World(*given)
    return MeasuredWorld(*given, scenario.differences)


def volumes(hardware: Hardware) -> list[DriveFiles]:
    """Where pictures can lie: the drive, and the card if there is one."""
    return [hardware.files, *([hardware.fittings.card.files] if hardware.fittings.card else [])]


def _limit(hardware: Hardware) -> None:
    """The spool gets no more of its volume than the design's option says."""
    limit = hardware.design.options.get("spool_KiB")
    files = volumes(hardware)[-1]
    if isinstance(limit, int):
        files.size = min(files.size, files.used() + limit * 1024)


def waiting_keys(hardware: Hardware) -> frozenset[str]:
    """Keys of the pictures that lie on the node."""
    paths = (path for volume in volumes(hardware) for path in volume.files)
    return frozenset(
        picture_key(path) for path in paths if path.startswith("/spool/") and path.endswith(".jpg")
    )


def _key(text: str) -> bytes:
    """The key of the node, from its setting."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise SimError(f"settings: TORPOR_KEY is {text!r}, expected hexadecimal digits.") from None


def _local(sky: Sky) -> datetime:
    """Local standard time of t_s = 0, aware of its offset."""
    return sky.start.replace(tzinfo=timezone(timedelta(hours=sky.weather.utc_offset_h)))


def run(scenario: Scenario, progress: Progress | None = None) -> tuple[RunResult, Twin]:
    """Build, live, and sum up."""
    started = time.perf_counter()
    twin = build(scenario, progress)
    twin.live()
    return summarise(twin, time.perf_counter() - started), twin


def judge_of(twin: Twin) -> Fates:
    """Who says what became of each visitor of a run that has ended."""
    codes = {name: code for code, name in reason_names().items()}
    return Fates(
        twin.life.notes, twin.life.down, frozenset(twin.home.pictures), waiting_keys(twin.hardware), codes
    )


def summarise(twin: Twin, wall_s: float) -> RunResult:
    """The result of a run that has ended."""
    scenario, world, life, books = twin.scenario, twin.world, twin.life, twin.plant.books
    codes = {name: code for code, name in reason_names().items()}
    judge = judge_of(twin)
    counts = Counter(judge.of_visitor(visitor) for visitor in twin.visitors)
    arrivals = [visitor.t_s for visitor in twin.visitors]
    causes = Counter(cause_words(note, twin.visitors, arrivals) for note in life.notes)
    batches = list(twin.home.readings.values())
    dark = codes["TOO_DARK"]
    pictures = [
        Picture(
            key=frame.key,
            t_s=frame.t_s,
            size=frame.size,
            crc32=frame.crc32,
            fate=judge.of_frame(frame, note),
            visitors=len(frame.visitors),
            dark=_marked_dark(twin, frame, dark in note.reasons or frame.light < _DARK),
            lit=frame.lit,
            jpeg=twin.pictures.get(frame.key),
        )
        for note in life.notes
        for frame in note.frames
        if frame.key
    ]
    empty = [note for note in life.notes if note.frames and not any(frame.visitors for frame in note.frames)]
    hours = len(books.soc)
    sky = twin.sky
    return RunResult(
        design=twin.design.name,
        title=twin.design.title,
        site=sky.weather.site,
        latitude=sky.weather.latitude,
        longitude=sky.weather.longitude,
        start=_local(sky),
        days=scenario.days,
        seed=scenario.seed,
        hour_soc=np.array(books.soc),
        hour_harvest_Wh=np.array(books.harvest_Wh),
        hour_available_Wh=np.array(books.available_Wh),
        hour_load_Wh=np.array(books.load_Wh),
        hour_down_s=np.array(books.down_s),
        hour_temp_C=np.resize(np.array(sky.air_C), hours),
        hour_poa_W_m2=np.resize(np.array(sky.poa_W_m2), hours),
        energy_by_state_Wh={state: joules / 3600.0 for state, joules in world.energy_by_state_J.items()},
        time_by_state_s=dict(world.time_by_state_s),
        energy_by_part_Wh={part: joules / 3600.0 for part, joules in world.part_J.items() if joules},
        fates={fate: counts.get(fate, 0) for fate in FATES},
        journal_counts=dict(Counter(entry.reason for entry in life.journal)),
        wakes=len(life.notes),
        wakes_by_cause=dict(causes),
        empties=len(empty),
        empties_Wh=sum(note.load_J for note in empty) / 3600.0,
        pictures=pictures,
        wake_trace=ordinary_wake(life, world),
        pir_to_frame_s=np.array(
            [
                note.frames[0].t_s - note.rose_s
                for note in life.notes
                if note.frames and note.rose_s == note.rose_s
            ]
        ),
        books=twin.plant.errors(),
        wall_s=wall_s,
        notes=[*twin.design.notes, *frost_notes(twin.plant), *measured_notes(scenario.differences)]
        + install_notes(twin.home.previews),
        readings=readings_taken(twin) if twin.design.runs_tasks else None,
        of=batches[-1].of if batches else (),
        flash=worn(twin.life.machine, twin.hardware, twin.scenario.days),
        booked=booked_at_home(twin.home.logs, twin.design, "TORPOR_ZERO_UV" in twin.scenario.settings),
    )


def readings_taken(twin: Twin) -> list[ReadingFate]:
    """What became of each reading of a run that has ended."""
    return reading_fates(twin.taken, twin.home, twin.hardware, int(_local(twin.sky).timestamp()))


def _marked_dark(twin: Twin, frame: Frame, otherwise: bool) -> bool:
    """What the node says of a picture that is at home; of others, what the sky says."""
    stored = twin.home.pictures.get(frame.key)
    return stored.dark if stored else otherwise


#: Light below which a picture is called dark in the report (0..1; full night is 0, dusk about 0.2).
_DARK = 0.05
