"""Nodes that send: `python -m benchmarks.receive_load PORT NODE KEY PICTURE MODE ...`, a process of its own.

`fast CONNECTIONS SECONDS`: keep-alive connections, each sends its next picture when the answer is here.
`slow NODES RATE`: so many nodes at once, one picture each, in pieces of 1 KiB at RATE bytes a second.
Prints one JSON document: how many were acknowledged (201) and refused, in how many seconds, and percentiles
of the wait from the request to its answer (slow: from its last piece), in ms.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sim.protocol import request

PIECE = 1024


@dataclass
class Load:
    """What is sent where, and what came of it."""

    port: int
    node: str
    key: bytes
    picture: bytes
    acked: int = 0
    waits_s: list[float] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def next(self) -> bytes:
        """A request that nobody has sent yet: the same picture, with its number behind the end."""
        number = next(self.numbers)
        path = f"/v1/nodes/{self.node}/images/{int(time.time()):08x}-{number:05d}"
        line = f'{{"wake":{number},"mV":3712,"soc":64,"waiting":0,"cause":2}}'
        return request(self.key, path, self.picture + b"%08d" % number, line)

    def done(self, status: int, wait_s: float) -> None:
        """An answer is here."""
        self.acked += status == 201
        self.waits_s.append(wait_s)


async def _status(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
    await reader.readexactly(int(fields[b"content-length"]))
    return int(head[9:12])


async def _fast(load: Load, until: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", load.port)
    while time.perf_counter() < until:
        raw = load.next()
        began = time.perf_counter()
        writer.write(raw)
        load.done(await _status(reader), time.perf_counter() - began)
    writer.close()


async def _slow(load: Load, rate_B_s: float) -> None:
    raw = load.next()
    reader, writer = await asyncio.open_connection("127.0.0.1", load.port)
    began = time.perf_counter()
    for at in range(0, len(raw), PIECE):
        writer.write(raw[at : at + PIECE])
        await asyncio.sleep(max(0.0, began + (at + PIECE) / rate_B_s - time.perf_counter()))
    sent = time.perf_counter()
    load.done(await _status(reader), time.perf_counter() - sent)
    writer.close()


async def _all(load: Load, mode: str, many: int, figure: float) -> float:
    began = time.perf_counter()
    is_fast = mode == "fast"
    nodes = (_fast(load, began + figure) if is_fast else _slow(load, figure) for _ in range(many))
    await asyncio.gather(*nodes, return_exceptions=True)
    return time.perf_counter() - began


def main(port: str, node: str, key: str, picture: str, mode: str, many: str, figure: str) -> None:
    """Send, and say what came of it."""
    load = Load(int(port), node, bytes.fromhex(key), Path(picture).read_bytes())
    try:
        import uvloop
    except ImportError:
        took_s = asyncio.run(_all(load, mode, int(many), float(figure)))
    else:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            took_s = runner.run(_all(load, mode, int(many), float(figure)))
    waits_ms = [1000.0 * wait_s for wait_s in sorted(load.waits_s)] or [float("inf")]
    shares = {f"p{share}_ms": waits_ms[(len(waits_ms) - 1) * share // 100] for share in (50, 95, 99)}
    counts = {"acked": load.acked, "refused": len(load.waits_s) - load.acked, "took_s": took_s}
    print(json.dumps({**counts, **shares}))


if __name__ == "__main__":
    main(*sys.argv[1:])
