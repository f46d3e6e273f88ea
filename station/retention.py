"""Old pictures go by rule: the oldest first, never a node's last, on request never one that is only here.

A picture goes in two steps. Its row says "leaving" and that is committed; its files are deleted and the row
says "gone". A kill in between leaves something to finish, and no page shows a picture that is not there. Key
and digest stay for ever: what a node sends late is still known.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from station.files import make_durable
from station.records import Node, Picture
from station.store import Store
from station.writer import Batch

DAY_s = 86_400.0
#: How often the rules are applied, s.
ROUND_s = 600.0
#: Pictures of one commit.
BATCH = 100


@dataclass(frozen=True, slots=True)
class Rules:
    """What is kept of each node that has no rule of its own.

    Attributes
    ----------
    days : since arrival. size_bytes : of all its pictures. 0: for ever, as much as comes.
    after_export : only pictures that were exported are deleted.
    """

    days: float = 0.0
    size_bytes: int = 0
    after_export: bool = False


class Retention:
    """Applies rules until cancelled. `trouble` is told what the owner should see in the log."""

    def __init__(self, store: Store, rules: Rules, trouble: Callable[[str], None]) -> None:
        self._store = store
        self._rules = rules
        self._trouble = trouble

    async def run(self) -> None:
        """Delete what may go, again and again."""
        while True:
            try:
                await self._round()
            except (OSError, sqlite3.Error) as error:
                self._trouble(f"Old pictures cannot be deleted: {error}.")
            await asyncio.sleep(ROUND_s)

    async def _round(self) -> None:
        """In small steps, each in a thread: a station that is stopped does not wait for all of it."""
        await asyncio.to_thread(finish, self._store)
        for node in await asyncio.to_thread(self._store.nodes):
            while await asyncio.to_thread(let_go, self._store, node.name, self._rules, time.time()):
                pass


def apply(store: Store, rules: Rules, now_s: float) -> int:
    """One round as a whole; returns how many pictures went."""
    finish(store)
    count = 0
    for node in store.nodes():
        while went := let_go(store, node.name, rules, now_s):
            count += went
    return count


def let_go(store: Store, name: str, rules: Rules, now_s: float) -> int:
    """Delete the oldest pictures of a node that are due, BATCH at most; returns how many."""
    node = store.node(name)
    batch = list(islice(_due(store, node, rules, now_s), BATCH)) if node else []
    if batch:
        delete(store, batch)
    return len(batch)


def delete(store: Store, pictures: Sequence[Picture]) -> None:
    """Let these pictures go: their rows say so first."""
    store.write(partial(_leave, pictures)).result()
    finish(store)


def finish(store: Store) -> None:
    """Delete the files of all that are leaving."""
    while leaving := store.leaving(BATCH):
        _delete(store, leaving)


def _due(store: Store, node: Node, rules: Rules, now_s: float) -> Iterator[Picture]:
    """What may go of a node, oldest first."""
    days = rules.days if node.keep_days is None else node.keep_days
    most = rules.size_bytes if node.keep_bytes is None else node.keep_bytes
    before_s = now_s - days * DAY_s if days else 0.0
    surplus = node.stored_bytes - most if most else 0
    for picture in _all_but_the_last(store, node.name):
        if picture.received_s >= before_s and surplus <= 0:
            return
        if may_go(picture, rules):
            surplus -= picture.size
            yield picture


def may_go(picture: Picture, rules: Rules) -> bool:
    """Whether a picture that is due may go now: it was looked at, and is somewhere else if it has to be."""
    return picture.thumb != "waiting" and (picture.exported_s is not None or not rules.after_export)


def _all_but_the_last(store: Store, name: str) -> Iterator[Picture]:
    last = store.pictures(name, count=1)
    after = 0
    while page := store.oldest(name, after, BATCH):
        after = page[-1].number
        yield from (picture for picture in page if picture.number < last[0].number)


def _leave(pictures: Sequence[Picture], batch: Batch) -> None:
    """From here on they are not shown, and their bytes are the node's again."""
    for picture in pictures:
        batch.db.execute(
            "UPDATE nodes SET stored_bytes = stored_bytes - ? WHERE number ="
            " (SELECT node FROM pictures WHERE number = ? AND kept = 'here')",
            (picture.size, picture.number),
        )
        batch.db.execute("UPDATE pictures SET kept = 'leaving' WHERE number = ?", (picture.number,))


def _delete(store: Store, leaving: tuple[tuple[int, str], ...]) -> None:
    """Their files first, and durably: nothing else is at them, so the writer need not wait for the disk."""
    folders = set()
    for _, name in leaving:
        for path in (store.files.path(name), store.files.thumb(name)):
            path.unlink(missing_ok=True)
            folders.add(path.parent)
    for folder in folders:
        if folder.is_dir():
            make_durable(folder)
    store.write(partial(_gone, [number for number, _ in leaving])).result()


def _gone(numbers: list[int], batch: Batch) -> None:
    batch.db.executemany("UPDATE pictures SET kept = 'gone' WHERE number = ?", [(one,) for one in numbers])
