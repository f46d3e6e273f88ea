"""Works out the parts of many questions: here on every core, or on a Dask cluster; all the same in the end.

A part is a plain function of its task and gives plain values, so it can be worked out anywhere, kept on disk,
and made once more elsewhere if its worker is lost.
"""

from __future__ import annotations

import hashlib
import logging
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from importlib import import_module
from itertools import groupby
from typing import Any

import numpy as np

from sim.errors import SimError
from sim.odds.question import Question, answer, prepared
from sim.odds.resuming import Shelf, packed, unpacked
from sim.odds.sizing import Survey, survey
from sim.odds.tally import Tally, total

#: Told after each part: how many of all parts are done.
Progress = Callable[[int, int], None]
#: Parts by their place among the tasks.
Parts = Generator[tuple[int, dict[str, Any]], None, None]
#: The cluster on this computer's own cores.
LOCAL = "local"
#: Parts that a worker is given at once.
BUNDLE = 4
#: A part whose workers died so often is given up.
TRIES = 20


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """Sizes that a question is asked for, in multiples of its own; pictures a day that belong to it."""

    panels: tuple[float, ...]
    batteries: tuple[float, ...]
    pictures: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One part of a question, or of its map of sizes."""

    question: Question
    part: int
    map: Map | None = None

    @property
    def name(self) -> str:
        """The same for the same work, on any computer."""
        more = ""
        if self.map:
            more = "-" + hashlib.sha256(repr(asdict(self.map)).encode()).hexdigest()[:8]
        numbers = self.question.numbers(self.part)
        return f"{self.question.fingerprint()}{more}-{numbers.start}-{numbers.stop}"


def work(task: Task, workers: int | None = None) -> dict[str, Any]:
    """Work one part out: plain values."""
    if task.map is None:
        return packed(answer(task.question, task.part, workers))
    one, years = prepared(task.question, task.part)
    sizes = task.map
    found = survey(
        one, years, sizes.panels, sizes.batteries, sizes.pictures, task.question.numbers(task.part), workers
    )
    return {name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in asdict(found).items()}  # fmt: skip


def tasks_of(questions: Sequence[Question], sizes: Map | None = None) -> list[Task]:
    """All parts of all questions, each question's in their order."""
    return [Task(one, part, sizes) for one in questions for part in range(one.parts)]


def tallies(questions: Sequence[Question], parts: Iterator[dict[str, Any]]) -> Iterator[Tally]:
    """One tally for each question out of the parts of `tasks_of`; they are taken as they come."""
    for one in questions:
        yield total((unpacked(next(parts)) for _ in range(one.parts)), one.case.span)


def surveys(questions: Sequence[Question], parts: Iterator[dict[str, Any]]) -> Iterator[Survey]:
    """One survey for each question out of the parts of `tasks_of`."""
    for one in questions:
        whole = _survey(next(parts))
        for _ in range(one.parts - 1):
            whole = whole.plus(_survey(next(parts)))
        yield whole


def _survey(kept: dict[str, Any]) -> Survey:
    names = ("alive", "kept", "down_h", "pictures")
    return Survey(int(kept["years"]), *(np.array(kept[name]) for name in names))


def carry_out(
    tasks: Sequence[Task],
    shelf: Shelf | None = None,
    dask: str | None = None,
    progress: Progress = lambda done, of: None,
) -> Iterator[dict[str, Any]]:
    """Work all parts out, in whatever order, and give them in that of the tasks; none is held for longer.

    shelf : where finished parts are kept. dask : address of a scheduler, or LOCAL.
    Raises SimError for a cluster that is not there.
    """
    kept = {at for at, task in enumerate(tasks) if shelf and shelf.get(task.name) is not None}
    missing = [at for at in range(len(tasks)) if at not in kept]
    done = len(kept)
    early: dict[int, dict[str, Any]] = {}
    progress(done, len(tasks))
    with closing(_here(tasks, missing) if dask is None else _on_dask(tasks, missing, dask)) as made:
        for at, task in enumerate(tasks):
            if shelf and at in kept:
                yield shelf.get(task.name) or work(task)
                continue
            while at not in early:
                other, part = next(made)
                if shelf:
                    shelf.put(tasks[other].name, part)
                early[other], done = part, done + 1
                progress(done, len(tasks))
            yield early.pop(at)


def _here(tasks: Sequence[Task], wanted: Sequence[int]) -> Parts:
    for at in wanted:
        yield at, work(tasks[at])


def _on_dask(tasks: Sequence[Task], wanted: Sequence[int], address: str) -> Parts:
    with client(address) as cluster:
        futures = {
            cluster.submit(
                works, [tasks[at] for at in several], key=f"torpor-{tasks[several[0]].name}-{len(several)}",
                retries=2,
            ): several
            for several in _bundles(tasks, wanted)
        }  # fmt: skip
        for future in _distributed().as_completed(list(futures)):
            yield from zip(futures.pop(future), future.result(), strict=True)


def works(tasks: Sequence[Task]) -> list[dict[str, Any]]:
    """Work several parts out with one thread: what a worker of a cluster does at once."""
    return [work(task, 1) for task in tasks]


def _bundles(tasks: Sequence[Task], wanted: Sequence[int]) -> Iterator[list[int]]:
    """Parts of one question go together, as its tables are made once for them."""
    for _, same in groupby(wanted, key=lambda at: id(tasks[at].question)):
        several = list(same)
        yield from (several[at : at + BUNDLE] for at in range(0, len(several), BUNDLE))


@contextmanager
def client(address: str) -> Iterator[Any]:
    """A client of a scheduler, or of a cluster of this computer's own cores."""
    distributed = _distributed()
    import_module("dask").config.set({"distributed.scheduler.allowed-failures": TRIES})
    if address == LOCAL:
        with _own_cluster(distributed) as own, distributed.Client(own) as one:
            yield one
        return
    try:
        one = distributed.Client(address, timeout="10s")
    except (OSError, ValueError) as error:
        raise SimError(f"--dask {address}: no scheduler answers there ({error}).") from None
    with one:
        yield one


def _own_cluster(distributed: Any) -> Any:
    """A worker for each core. They leave Ctrl-C to us: what is ignored when they start stays ignored."""
    ours = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if ours else None
    try:
        return distributed.LocalCluster(
            n_workers=os.cpu_count() or 1, threads_per_worker=1, dashboard_address=None,
            silence_logs=logging.ERROR,
        )  # fmt: skip
    finally:
        if ours:
            signal.signal(signal.SIGINT, before)


def _distributed() -> Any:
    """Dask's own name for its cluster's library; nobody has it who does not ask for it."""
    try:
        return import_module("distributed")
    except ImportError:
        raise SimError(
            "--dask needs Dask, which is not installed: `.venv/bin/python -m pip install distributed`."
        ) from None
