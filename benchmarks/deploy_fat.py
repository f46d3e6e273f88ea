"""A FAT12 volume as a computer writes it: entries in place, clusters allocated and freed, long names.

Our own, because what libraries there are rewrite a whole folder when one entry changes, which no system does:
pulling the cable would then lose files that a real drive keeps. A test reads its volumes with such a library.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice

from benchmarks.deploy_fat_entry import (
    ENTRY,
    FOLDER,
    LABEL,
    LONG,
    ROOT_ENTRIES,
    Entry,
    long_entries,
    read_entry,
    short_entry,
)
from benchmarks.deploy_medium import SECTOR, Medium

END, FREE, DELETED = 0xFFF, 0, 0xE5
_SHORT = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-~")


class FatError(Exception):
    """The volume is damaged there, full, or the file is not there."""


class FatFull(FatError):
    """No cluster is free."""


class Fat:
    """A mounted volume. Paths have no leading slash."""

    def __init__(self, medium: Medium) -> None:
        self.medium = medium
        boot = medium.read(0)
        self._fat_at: int = struct.unpack_from("<H", boot, 14)[0]
        self._fat_sectors: int = struct.unpack_from("<H", boot, 22)[0]
        self._root_at: int = self._fat_at + self._fat_sectors
        self._data_at: int = self._root_at + ROOT_ENTRIES * ENTRY // SECTOR
        self.clusters: int = struct.unpack_from("<H", boot, 19)[0] - self._data_at
        self._table = bytearray(b"".join(medium.read(self._fat_at + at) for at in range(self._fat_sectors)))
        self._links = [_link(self._table, number) for number in range(self.clusters + 2)]
        self._next = 2
        self._listed: dict[int, dict[str, Entry]] = {}  # of folders that nothing was written to since

    def files(self) -> dict[str, Entry]:
        """Every file by its path. FatError if a folder is damaged."""
        return {path: entry for path, entry in self._walk("", 0, 0) if not entry.is_folder}

    def readable(self) -> dict[str, bytes]:
        """Every file that can be reached and read."""
        found: dict[str, bytes] = {}
        for path, entry in self._walk("", 0, 0, strict=False):
            with suppress(FatError):
                found |= {} if entry.is_folder else {path: self.read(path)}
        return found

    def free(self) -> int:
        """Free clusters."""
        return self._links[2:].count(FREE)

    def read(self, path: str) -> bytes:
        entry = self._find(path)
        if entry is None or entry.is_folder:
            raise FatError(f"{path}: no such file")
        content = b"".join(self.medium.read(self.sector(one)) for one in self._chain(entry.cluster))
        if len(content) < entry.size:
            raise FatError(f"{path}: shorter than it says")
        return content[: entry.size]

    def write(self, path: str, content: bytes) -> None:
        """As open(O_TRUNC), write, close do it: emptied first, then filled, then its size."""
        folder, name = self._parent(path, make=True)
        entry = self._in(folder, name)
        if entry is None:
            entry = self._enter(folder, name, 0, 0, 0)
        else:
            self.update(entry, 0, 0)
            self._release(entry.cluster)
        self.update(entry, self._store(content), len(content))

    def delete(self, path: str) -> None:
        entry = self._find(path)
        if entry is None:
            return
        if entry.is_folder and any(True for _ in self.entries(entry.cluster, dots=False)):
            raise FatError(f"{path}: not empty")
        self._strike(entry)
        self._release(entry.cluster)

    def rename(self, old: str, new: str) -> None:
        entry, (folder, name) = self._find(old), self._parent(new)
        if entry is None or self._in(folder, name) is not None:
            raise FatError(f"{old}: cannot become {new}")
        self._enter(folder, name, entry.attributes, entry.cluster, entry.size)
        self._strike(entry)

    def _walk(self, above: str, folder: int, depth: int, strict: bool = True) -> Iterator[tuple[str, Entry]]:
        found = []
        try:
            found = list(self.entries(folder, dots=False))
        except FatError:
            if strict:
                raise
        for entry in found:
            yield above + entry.name, entry
            if entry.is_folder and depth < 8:
                yield from self._walk(f"{above}{entry.name}/", entry.cluster, depth + 1, strict)

    def _find(self, path: str) -> Entry | None:
        folder, name = self._parent(path)
        return self._in(folder, name) if folder is not None else None

    def _parent(self, path: str, make: bool = False) -> tuple[int | None, str]:
        """The first cluster of the folder that a path lies in (0: root, None: not there), and its name."""
        folder: int | None = 0
        *above, name = path.split("/")
        for part in above:
            entry = self._in(folder, part)
            if entry is None and make:
                entry = self._make_folder(folder or 0, part)
            folder = entry.cluster if entry and entry.is_folder else None
        return folder, name

    def _in(self, folder: int | None, name: str) -> Entry | None:
        if folder is None:
            return None
        if folder not in self._listed:
            self._listed[folder] = {one.name.casefold(): one for one in self.entries(folder)}
        return self._listed[folder].get(name.casefold())

    def _make_folder(self, folder: int, name: str) -> Entry:
        cluster = self._allocate(1)[0]
        dots = b"".join(
            short_entry(dot.ljust(11), FOLDER, where, 0) for dot, where in ((b".", cluster), (b"..", folder))
        )
        self.medium.write(self.sector(cluster), dots.ljust(SECTOR, b"\0"))
        return self._enter(folder, name, FOLDER, cluster, 0)

    def entries(self, folder: int, dots: bool = True) -> Iterator[Entry]:
        long: list[tuple[int, bytes]] = []
        places: list[tuple[int, int]] = []
        for place, raw in self._slots(folder):
            if raw[0] == 0:
                return
            if raw[0] == DELETED or (raw[11] != LONG and raw[11] & LABEL):
                long, places = [], []
            elif raw[11] == LONG:
                if raw[0] & 0x40:  # a name begins; what came before belonged to an entry that is gone
                    long, places = [], []
                long.append((raw[13], raw))
                places.append(place)
            else:
                entry = read_entry(raw, long, (*places, place))
                if dots or not entry.name.startswith("."):
                    yield entry
                long, places = [], []

    def _slots(self, folder: int) -> Iterator[tuple[tuple[int, int], bytes]]:
        for sector in self._folder_sectors(folder):
            content = self.medium.read(sector)
            for at in range(0, SECTOR, ENTRY):
                yield (sector, at), content[at : at + ENTRY]

    def _folder_sectors(self, folder: int) -> list[int]:
        if folder == 0:
            return list(range(self._root_at, self._data_at))
        return [self.sector(cluster) for cluster in self._chain(folder)]

    def _enter(self, folder: int | None, name: str, attributes: int, cluster: int, size: int) -> Entry:
        assert folder is not None
        short = self._short_name(folder, name)
        raws = [*long_entries(name, short), short_entry(short, attributes or 0x20, cluster, size)]
        places = self._room(folder, len(raws))
        for place, raw in zip(places, raws, strict=True):
            self._put(place, raw)
        return Entry(name, tuple(places), attributes or 0x20, cluster, size)

    def _room(self, folder: int, count: int) -> list[tuple[int, int]]:
        """The first places in a row that are free; a folder grows when there are none."""
        free: list[tuple[int, int]] = []
        ended = False  # whatever stands behind the first entry that never was one is nothing
        for place, raw in self._slots(folder):
            if len(free) == count:
                if ended and raw[0]:
                    self._put(place, bytes(ENTRY))
                return free
            ended = ended or raw[0] == 0
            free = [*free, place] if ended or raw[0] == DELETED else []
        if len(free) == count:
            return free
        if folder == 0:
            raise FatFull("the root is full")
        last = list(self._chain(folder))[-1]
        more = self._allocate(1)[0]
        self.medium.write(self.sector(more), bytes(SECTOR))
        self.set_link(last, more)
        return self._room(folder, count)

    def _short_name(self, folder: int, name: str) -> bytes:
        stem, _, end = name.upper().rpartition(".") if "." in name.strip(".") else (name.upper(), "", "")
        clean = ("".join(c for c in stem if c in _SHORT), "".join(c for c in end if c in _SHORT)[:3])
        taken = {raw[:11] for _, raw in self._slots(folder) if raw[0] not in (0, DELETED)}
        for number in range(1000):
            tail = f"~{number}" if number or len(clean[0]) > 8 or clean != (stem, end) else ""
            short = (clean[0][: 8 - len(tail)] + tail).ljust(8).encode() + clean[1].ljust(3).encode()
            if short not in taken:
                return short
        raise FatFull(f"{name}: no short name is left")

    def update(self, entry: Entry, cluster: int, size: int) -> None:
        sector, at = entry.places[-1]
        raw = bytearray(self.medium.read(sector)[at : at + ENTRY])
        struct.pack_into("<HI", raw, 26, cluster, size)
        self._put((sector, at), bytes(raw))

    def _strike(self, entry: Entry) -> None:
        for sector, at in entry.places:
            raw = self.medium.read(sector)[at : at + ENTRY]
            self._put((sector, at), bytes((DELETED,)) + raw[1:])

    def _put(self, place: tuple[int, int], raw: bytes) -> None:
        sector, at = place
        self._listed.clear()
        content = self.medium.read(sector)
        self.medium.write(sector, content[:at] + raw + content[at + ENTRY :])

    def _store(self, content: bytes) -> int:
        """Put content into clusters; returns the first (0 for nothing)."""
        clusters = self._allocate(-(-len(content) // SECTOR))
        for number, cluster in enumerate(clusters):
            part = content[number * SECTOR : (number + 1) * SECTOR]
            self.medium.write(self.sector(cluster), part.ljust(SECTOR, b"\0"))
        return clusters[0] if clusters else 0

    def _allocate(self, count: int) -> list[int]:
        numbers = chain(range(self._next, self.clusters + 2), range(2, self._next))
        found = list(islice((number for number in numbers if self._links[number] == FREE), count))
        if len(found) < count:
            raise FatFull("no cluster is free")
        for number, after in zip(found, [*found[1:], END], strict=True) if found else ():
            self.set_link(number, after)
        self._next = found[-1] + 1 if found else self._next
        return found

    def _release(self, cluster: int) -> None:
        try:
            for one in list(self._chain(cluster)):
                self.set_link(one, FREE)
        except FatError:  # a damaged chain: what is left of it stays lost
            return

    def _chain(self, cluster: int) -> Iterator[int]:
        seen = 0
        while 2 <= cluster < self.clusters + 2 and seen <= self.clusters:
            yield cluster
            seen += 1
            cluster = self.link(cluster)
            if cluster == FREE:
                raise FatError("a chain runs into a free cluster")

    def sector(self, cluster: int) -> int:
        return self._data_at + cluster - 2

    def link(self, number: int) -> int:
        return self._links[number]

    def set_link(self, number: int, value: int) -> None:
        self._links[number] = value
        at = number * 3 // 2
        pair = int.from_bytes(self._table[at : at + 2], "little")
        pair = (pair & 0x00F) | value << 4 if number & 1 else (pair & 0xF000) | value
        self._table[at : at + 2] = pair.to_bytes(2, "little")
        for sector in {at // SECTOR, (at + 1) // SECTOR}:
            self.medium.write(
                self._fat_at + sector, bytes(self._table[sector * SECTOR : (sector + 1) * SECTOR])
            )


def _link(table: bytearray, number: int) -> int:
    """The 12 bits of a cluster."""
    at = number * 3 // 2
    pair = int.from_bytes(table[at : at + 2], "little")
    return pair >> 4 if number & 1 else pair & 0xFFF
