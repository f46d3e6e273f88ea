"""The one thread that writes the database. Whatever waits while a commit is under way shares the next one.

A transaction that keeps files makes their folders durable before it commits: a row never names a file that a
power cut could still take away.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from station.errors import StationError
from station.files import make_durable

T = TypeVar("T")
#: Jobs in one transaction at most: bounds how long the first of them waits.
MOST = 128


class Batch:
    """One transaction: jobs say here which folders must be durable first, and how to undo what they did."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.folders: set[Path] = set()
        self.undo: list[Callable[[], object]] = []


Job = Callable[[Batch], T]


class Writer:
    """`submit(job)` runs the job in a transaction; its future has the result once that is on the disk."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._jobs: queue.SimpleQueue[tuple[Job[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._closed = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job[T]) -> Future[T]:
        """Queue a job; StationError if the writer is closed."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise StationError("The station is stopping and writes no more.")
            self._jobs.put((job, future))
        return future

    def close(self) -> None:
        """Finish what is queued, and end."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join()
        self._db.close()

    def _run(self) -> None:
        going = True
        while going:
            jobs = [self._jobs.get()]
            with suppress(queue.Empty):
                while len(jobs) < MOST and jobs[-1] is not None:
                    jobs.append(self._jobs.get_nowait())
            going = jobs[-1] is not None
            self._together([job for job in jobs if job is not None])

    def _together(self, jobs: list[tuple[Job[Any], Future[Any]]]) -> None:
        jobs = [(job, future) for job, future in jobs if future.set_running_or_notify_cancel()]
        if not jobs:
            return
        batch = Batch(self._db)
        done: list[tuple[Future[Any], Any]] = []
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for job, future in jobs:
                self._one(batch, job, future, done)
            for folder in batch.folders:
                make_durable(folder)
            self._db.execute("COMMIT")
        except Exception as error:
            self._take_back(batch, [future for _, future in jobs], error)
            return
        for future, result in done:
            future.set_result(result)

    def _one(
        self, batch: Batch, job: Job[Any], future: Future[Any], done: list[tuple[Future[Any], Any]]
    ) -> None:
        """A job that fails fails alone, unless the transaction is gone with it (a full disk)."""
        self._db.execute("SAVEPOINT job")
        steps = len(batch.undo)
        try:
            done.append((future, job(batch)))
        except Exception as error:
            self._db.execute("ROLLBACK TO job")
            _undo(batch.undo[steps:])
            del batch.undo[steps:]
            future.set_exception(error)
        self._db.execute("RELEASE job")

    def _take_back(self, batch: Batch, futures: list[Future[Any]], error: Exception) -> None:
        with suppress(sqlite3.Error):
            self._db.execute("ROLLBACK")
        _undo(batch.undo)
        for future in futures:
            if not future.done():
                future.set_exception(error)


def _undo(steps: list[Callable[[], object]]) -> None:
    for step in reversed(steps):
        with suppress(OSError):
            step()
