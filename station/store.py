"""The station's storage: pictures as files, everything else in SQLite, behind one small interface.

    with Store(folder) as store:
        store.nodes(), store.node("garden")
        page = store.pictures("garden", count=60)
        older = store.pictures("garden", before=page[-1].number)
        store.path_of(page[0]), store.thumb_of(page[0])
        store.telemetry("garden", since_s), store.events("garden", since_s), store.readings("garden")

Reading is safe from any thread. What is written goes through one thread that commits in groups.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from sim.readings import Batch as Readings
from station import keeping, queries
from station.errors import Exit, StationError
from station.files import PictureFiles, make_durable
from station.records import Event, Kept, Node, Picture, Telemetry, Upload
from station.schema import open_database, open_to_read
from station.writer import Batch, Writer

T = TypeVar("T")
DATABASE = "station.sqlite"
#: Threads that write files: an fsync waits for the disk, and several can wait together.
WRITERS = 8


def opened(folder: Path) -> Store:
    """A station's data that are there already. StationError where there are none: whoever only asks must not
    make an empty station out of a slip of the pen."""
    if not (folder / DATABASE).is_file():
        raise StationError(f"{folder}: no station has its data there (--data).", Exit.USAGE)
    return Store(folder)


class Store:
    """One folder of data. `quota` is what a node's pictures may take, bytes (0: no limit)."""

    def __init__(self, folder: Path, quota: int = 0) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(PermissionError):
            make_durable(folder.resolve().parent)
        self.folder = folder
        self.quota = quota
        self.files = PictureFiles(folder)
        self._writer = Writer(open_database(folder / DATABASE))
        self._pool = ThreadPoolExecutor(WRITERS, "file")
        self._idle: list[sqlite3.Connection] = []

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Finish what is being written, and close."""
        self._pool.shutdown()
        self._writer.close()
        while self._idle:
            self._idle.pop().close()

    # Reading

    def nodes(self) -> tuple[Node, ...]:
        """All nodes, by name."""
        with self._reading() as db:
            return queries.nodes(db)

    def node(self, name: str) -> Node | None:
        """One node, None if there is none of that name."""
        with self._reading() as db:
            return queries.node(db, name)

    def pictures(
        self, node: str, before: int | None = None, count: int = 60, suspects: bool = False
    ) -> tuple[Picture, ...]:
        """A node's newest pictures, the last arrived first; `before` is the number of the last one of the
        page before. `suspects`: only those."""
        with self._reading() as db:
            return queries.pictures(db, node, before, count, suspects)

    def oldest(self, node: str, after: int = 0, count: int = 60) -> tuple[Picture, ...]:
        """A node's oldest pictures, the first arrived first; `after` is the number of the last one of the
        page before."""
        with self._reading() as db:
            return queries.oldest(db, node, after, count)

    def picture(self, node: str, key: str) -> Picture | None:
        """One picture, None if there is none."""
        with self._reading() as db:
            return queries.picture(db, node, key)

    def count(self, node: str, since_s: float) -> int:
        """How many pictures arrived since then."""
        with self._reading() as db:
            return queries.count(db, node, since_s)

    def path_of(self, picture: Picture) -> Path:
        """The file as it came."""
        return self.files.path(picture.path)

    def thumb_of(self, picture: Picture) -> Path | None:
        """Its thumbnail, None where there is none (yet)."""
        path = self.files.thumb(picture.path)
        return path if picture.thumb == "made" and path.is_file() else None

    def telemetry(self, node: str, since_s: float = 0.0) -> tuple[Telemetry, ...]:
        """What a node said of itself since then, in order."""
        with self._reading() as db:
            return queries.telemetry(db, node, since_s)

    def events(self, node: str, since_s: float = 0.0) -> tuple[Event, ...]:
        """A node's journal that arrived since then, in order."""
        with self._reading() as db:
            return queries.events(db, node, since_s)

    def logs(self, node: str, since_s: float = 0.0) -> tuple[tuple[float, bytes], ...]:
        """The journal's bytes as they came, for sim.nodelog.node_log."""
        with self._reading() as db:
            return queries.logs(db, node, since_s)

    def readings(self, node: str) -> tuple[Readings, ...]:
        """Batches of readings, for sim.readings.readings_of."""
        with self._reading() as db:
            return queries.readings(db, node)

    def waiting(self, count: int) -> tuple[Picture, ...]:
        """Pictures that nobody has looked at, the oldest first."""
        with self._reading() as db:
            return queries.waiting(db, count)

    def leaving(self, count: int) -> tuple[tuple[int, str], ...]:
        """Pictures that are being deleted, as (number, path): their files may still be there."""
        with self._reading() as db:
            return queries.leaving(db, count)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for one question."""
        try:
            db = self._idle.pop()
        except IndexError:
            db = open_to_read(self.folder / DATABASE)
        try:
            yield db
        finally:
            self._idle.append(db)

    # Writing

    def write(self, job: Callable[[Batch], T]) -> Future[T]:
        """Run a job in the writer's next transaction."""
        return self._writer.submit(job)

    def keep(self, upload: Upload) -> Future[Kept]:
        """Keep an upload. When the future has its result, it is durable; keeping.NoRoom, OSError or
        sqlite3.Error: nothing of it is left."""
        if upload.kind == "log":
            return self.write(keeping.log_job(upload))
        if upload.kind == "readings":
            return self.write(keeping.readings_job(upload))
        done: Future[Kept] = Future()
        done.set_running_or_notify_cancel()  # whoever waits may go away; what has begun is finished
        self._pool.submit(self._keep_picture, upload, done)
        return done

    def _keep_picture(self, upload: Upload, done: Future[Kept]) -> None:
        try:
            part = self.files.write_part(upload.content)
        except Exception as error:
            done.set_exception(error)
            return
        job = keeping.picture_job(self.files, upload, part, self.quota)

        def settle(kept: Future[Kept]) -> None:
            error = kept.exception()
            if error is None:
                done.set_result(kept.result())
            else:
                part.unlink(missing_ok=True)
                done.set_exception(error)

        try:
            self.write(job).add_done_callback(settle)
        except Exception as error:
            part.unlink(missing_ok=True)
            done.set_exception(error)

    def sweep(self) -> tuple[int, int]:
        """Clear up what a kill has left: (parts deleted, whole pictures put aside). Only where nobody else
        receives into this folder."""
        with self._reading() as db:
            return self.files.sweep(lambda path: queries.has_path(db, path))
