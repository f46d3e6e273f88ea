"""Has every new picture looked at, after it was acknowledged.

What waits stands in the database: nothing is forgotten by a stop, and nothing piles up in memory.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from station.records import Picture
from station.store import Store
from station.writer import Batch

if TYPE_CHECKING:
    from station.examining import Seen  # with it would come the decoder

#: Pictures of one round (and one commit).
ROUND = 16
#: After a failure that is not the picture's, s.
AGAIN_s = 10.0
#: A picture that takes longer is a suspect, s.
LONGEST_s = 30.0


class Examiner:
    """`await run()` until it is cancelled; set `arrived` when there is something new."""

    def __init__(self, store: Store, arrived: asyncio.Event, trouble: Callable[[str], None]) -> None:
        self._store = store
        self._trouble = trouble
        self._arrived = arrived
        self._process: asyncio.subprocess.Process | None = None

    async def run(self) -> None:
        """Look at what waits, oldest first."""
        try:
            while True:
                try:
                    await self._next()
                except (OSError, sqlite3.Error) as error:  # a full disk, say: it may have room later
                    self._trouble(f"Pictures cannot be looked at: {error}.")
                    await asyncio.sleep(AGAIN_s)
        finally:
            self._end()

    async def _next(self) -> None:
        self._arrived.clear()
        waiting = self._store.waiting(ROUND)
        if not waiting:
            await self._arrived.wait()
        elif not await self._round(waiting):
            raise OSError("thumbnails cannot be written")

    async def _round(self, waiting: tuple[Picture, ...]) -> bool:
        """Whether all of them are done."""
        seen = [(picture.number, await self._look(picture)) for picture in waiting]

        def job(batch: Batch) -> None:
            batch.db.executemany(
                "UPDATE pictures SET width = ?, height = ?, suspect = ?, thumb = ? WHERE number = ?",
                [(*(s["width"], s["height"], s["suspect"], s["thumb"]), number) for number, s in seen],
            )
            self._drop_thumbs(batch, waiting)

        await asyncio.wrap_future(self._store.write(job))
        return all(one["thumb"] != "waiting" for _, one in seen)

    def _drop_thumbs(self, batch: Batch, looked_at: tuple[Picture, ...]) -> None:
        """Of pictures that were deleted meanwhile."""
        for picture in looked_at:
            here = "SELECT 1 FROM pictures WHERE number = ? AND kept = 'here'"
            if not batch.db.execute(here, (picture.number,)).fetchone():
                self._store.files.thumb(picture.path).unlink(missing_ok=True)

    async def _look(self, picture: Picture) -> Seen:
        why = ""
        for _ in range(2):  # whoever looks may have been killed for another reason
            try:
                async with asyncio.timeout(LONGEST_s):
                    return await self._ask(picture)
            except TimeoutError:
                why = f"It could not be looked at in {LONGEST_s:.0f} s."
            except (OSError, ValueError, RuntimeError):  # uvloop's word for a pipe that is closed
                why = "Whoever looked at it broke down, twice."
            self._end()
        return {"width": None, "height": None, "suspect": why, "thumb": "none"}

    async def _ask(self, picture: Picture) -> Seen:
        process = self._process or await self._begin()
        assert process.stdin is not None
        assert process.stdout is not None
        paths = {
            "path": str(self._store.path_of(picture).absolute()),
            "thumb": str(self._store.files.thumb(picture.path).absolute()),
        }
        process.stdin.write(json.dumps(paths).encode() + b"\n")
        await process.stdin.drain()
        seen: Seen = json.loads(await process.stdout.readline())
        return seen

    async def _begin(self) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "station.examining", stdin=pipe, stdout=pipe,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the station, which ends it in its turn
        )  # fmt: skip
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            self._process = None
