"""Pictures copied into a plain folder: NODE/DAY/NODE_DAY_TIME_KEY.jpg, each once, with EXIF.

A batch is durable, then stands in the folder's list, then is marked as exported in the station: a kill in
between makes some of it come again under the same name, and loses none.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from station.captured import MAKE, camera_of, moment, trigger, when_s
from station.errors import StationError
from station.exif import About, with_exif
from station.export_list import Exported, add_to_list, mend_list, read_list
from station.files import make_durable
from station.records import Node, Picture
from station.store import Store
from station.writer import Batch

#: Pictures that are made durable together.
BATCH = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pictures, and how.

    Attributes
    ----------
    from_s, to_s : taken (or else arrived) from then on, and before then, s since 1970.
    zone : of the days, the names and the EXIF; None: this computer's. exif : write any.
    """

    from_s: float = 0.0
    to_s: float = float("inf")
    zone: tzinfo | None = None
    exif: bool = True


@dataclass(slots=True)
class Outcome:
    """What became of an export. `problems` : one sentence for each picture that could not be exported."""

    new: int
    there: int
    problems: list[str]


def export_folder(store: Store, nodes: Sequence[Node], out: Path, wanted: Wanted) -> Outcome:
    """Copy what is not in the folder's list yet. OSError if the folder cannot be written."""
    out.mkdir(parents=True, exist_ok=True)
    mend_list(out)
    known = {(line.node, line.key) for line in read_list(out)}
    outcome = Outcome(0, 0, [])
    for node in nodes:
        camera = camera_of(node)
        for batch in _batches(store, node, wanted):
            new = [picture for picture in batch if (node.name, picture.key) not in known]
            lines = _copy(store, node, camera, new, out, wanted, outcome)
            outcome.new += len(lines)
            outcome.there += len(batch) - len(new)
            done = known | {(line.node, line.key) for line in lines}
            _mark(store, [picture for picture in batch if (node.name, picture.key) in done])
    return outcome


def _batches(store: Store, node: Node, wanted: Wanted) -> Iterator[list[Picture]]:
    """The node's pictures that are wanted, oldest first."""
    after = 0
    while page := store.oldest(node.name, after, BATCH):
        after = page[-1].number
        if batch := [picture for picture in page if wanted.from_s <= when_s(picture) < wanted.to_s]:
            yield batch


def _copy(
    store: Store, node: Node, camera: str, new: list[Picture], out: Path, wanted: Wanted, outcome: Outcome
) -> list[Exported]:
    lines = []
    folders = {out}
    for picture in new:
        line = _line(picture, camera, wanted)
        try:
            content = _content(store, picture)
            if wanted.exif:
                content = with_exif(content, _about(node, picture, line, wanted))
        except StationError as problem:
            outcome.problems.append(str(problem))
            continue
        path = out / line.file
        folders |= {path.parent, path.parent.parent}
        _write(path, content)
        lines.append(line)
    if lines:
        for folder in folders:
            make_durable(folder)
        add_to_list(out, lines)
    return lines


def _content(store: Store, picture: Picture) -> bytes:
    """The bytes as they came. StationError if they are not what was acknowledged any more."""
    try:
        content = store.path_of(picture).read_bytes()
    except OSError as error:
        raise StationError(f"{store.path_of(picture)}: {error.strerror}.") from error
    if hashlib.sha256(content).digest() != picture.sha256:
        raise StationError(f"{store.path_of(picture)}: its bytes are not those that arrived.")
    return content


def _line(picture: Picture, camera: str, wanted: Wanted) -> Exported:
    there = moment(when_s(picture), wanted.zone)
    name = f"{picture.node}_{there:%Y%m%d_%H%M%S}_{picture.key}.jpg"
    return Exported(
        node=picture.node,
        key=picture.key,
        file=f"{picture.node}/{there:%Y-%m-%d}/{name}",
        sha256=picture.sha256.hex(),
        time=there.isoformat(),
        time_is="arrived" if picture.taken_s is None else "taken",
        trigger=trigger(picture),
        camera=camera,
        suspect=picture.suspect or "",
    )


def _about(node: Node, picture: Picture, line: Exported, wanted: Wanted) -> About:
    return About(
        moment=moment(when_s(picture), wanted.zone),
        make=MAKE,
        model=line.camera,
        serial=node.name,
        unique=line.sha256[:32],
        comment=f"trigger: {line.trigger}; time: {line.time_is}; key: {line.key}",
        latitude=node.latitude,
        longitude=node.longitude,
    )


def _write(path: Path, content: bytes) -> None:
    """Whole under its name, or not at all; OSError names it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error


def _mark(store: Store, pictures: list[Picture]) -> None:
    """Remember in the station that they are somewhere else as well: retention may ask for that."""
    now_s = time.time()

    def job(batch: Batch) -> None:
        batch.db.executemany(
            "UPDATE pictures SET exported_s = ? WHERE number = ? AND exported_s IS NULL",
            [(now_s, picture.number) for picture in pictures],
        )

    store.write(job).result()
