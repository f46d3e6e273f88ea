"""Deploy's way to a drive, the drive being a FAT volume behind a write cache (`deploy_medium`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from benchmarks.deploy_fat import Fat, FatError, FatFull
from benchmarks.deploy_fat_check import repair
from benchmarks.deploy_fat_entry import formatted
from benchmarks.deploy_medium import SECTOR, CableCut, Medium
from station.deploy_image import digest
from station.deploy_route import BootOut, NoRoom, ReadOnly, RouteError, RouteLost, Space, read_boot_out

Given = TypeVar("Given")


class FatRoute:
    """A volume that is mounted anew with each route, as after plugging in."""

    name = "drive of the benchmark"
    notes: tuple[str, ...] = ()

    def __init__(self, medium: Medium, read_only: bool = False) -> None:
        self._fat = Fat(medium)
        self._medium = medium
        self._read_only = read_only

    def boot(self) -> BootOut:
        return read_boot_out(self.read("boot_out.txt").decode())

    def files(self) -> dict[str, int]:
        return {path: entry.size for path, entry in self._told(self._fat.files).items()}

    def space(self) -> Space:
        return Space(self._fat.clusters * SECTOR, self._fat.free() * SECTOR, SECTOR)

    def read(self, path: str) -> bytes:
        return self._told(lambda: self._fat.read(path))

    def digests(self, paths: Iterable[str]) -> dict[str, str]:
        found = {}
        for path in paths:
            try:
                found[path] = digest(self._fat.read(path))
            except FatError:
                continue
        return found

    def write(self, path: str, content: bytes) -> None:
        self._through(lambda: self._fat.write(path, content))

    def rename(self, old: str, new: str) -> None:
        self._through(lambda: self._fat.rename(old, new))

    def delete(self, path: str) -> None:
        self._through(lambda: self._fat.delete(path))

    @contextmanager
    def quiet(self) -> Iterator[None]:
        if self._read_only:
            raise ReadOnly("The volume is read-only.")
        yield

    def restart(self) -> None:
        return None

    def close(self) -> None:
        return None

    def _through(self, work: Callable[[], None]) -> None:
        def whole() -> None:
            work()
            self._medium.barrier()

        self._told(whole)

    def _told(self, work: Callable[[], Given]) -> Given:
        try:
            return work()
        except CableCut:
            raise RouteLost("The drive is gone.") from None
        except FatFull as error:
            raise NoRoom(f"The drive is full: {error}.") from None
        except FatError as error:
            raise RouteError(f"{error}.") from None


class FatBoard:
    """A board whose drive is a FAT volume; each plugging in mounts it anew."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        medium = Medium(formatted())
        fat = Fat(medium)
        for path, content in files.items():
            fat.write(path, content)
        medium.barrier()
        self._medium = medium

    def plugged(self, seed: str, cut_at: int | None) -> FatRoute:
        self._medium = Medium(bytes(self._medium.content), seed, cut_at)
        return FatRoute(self._medium)

    def repair(self) -> None:
        """As the system does, or is told to, when a drive was cut off."""
        self._medium = Medium(bytes(self._medium.content))
        repair(Fat(self._medium))

    def files(self) -> dict[str, bytes]:
        return Fat(Medium(bytes(self._medium.content))).readable()

    @property
    def steps(self) -> int:
        return self._medium.steps
