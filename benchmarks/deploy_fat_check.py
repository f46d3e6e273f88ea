"""What a system's check (fsck, chkdsk) does to a volume that was cut off: chains end where they break, no
cluster has two owners, folders that are none go, what nobody owns is free."""

from __future__ import annotations

from benchmarks.deploy_fat import DELETED, END, FREE, Fat
from benchmarks.deploy_fat_entry import Entry
from benchmarks.deploy_medium import SECTOR


def repair(fat: Fat) -> None:
    """Make a volume consistent, in place."""
    owned: set[int] = set()
    _check_folder(fat, 0, owned)
    for number in range(2, fat.clusters + 2):
        if fat.link(number) != FREE and number not in owned:
            fat.set_link(number, FREE)
    fat.medium.barrier()


def _check_folder(fat: Fat, folder: int, owned: set[int]) -> None:
    for entry in list(fat.entries(folder, dots=False)):
        chain = _cut_chain(fat, entry.cluster, owned)
        if entry.is_folder and (not chain or not _is_folder(fat, entry)):
            _drop(fat, entry, chain)
            continue
        owned.update(chain)
        if entry.is_folder:
            _check_folder(fat, entry.cluster, owned)
        elif entry.size > len(chain) * SECTOR or (entry.cluster and not chain):
            fat.update(entry, chain[0] if chain else 0, min(entry.size, len(chain) * SECTOR))


def _cut_chain(fat: Fat, cluster: int, owned: set[int]) -> list[int]:
    """The clusters of a chain that are its own; it ends behind them."""
    chain: list[int] = []
    while 2 <= cluster < fat.clusters + 2 and fat.link(cluster) != FREE:
        if cluster in owned or cluster in chain:
            break
        chain.append(cluster)
        cluster = fat.link(cluster)
    if chain and fat.link(chain[-1]) < 0xFF8:
        fat.set_link(chain[-1], END)
    return chain


def _is_folder(fat: Fat, entry: Entry) -> bool:
    """A folder begins with an entry for itself."""
    first = fat.medium.read(fat.sector(entry.cluster))[:12]
    return first[:11] == b".          " and bool(first[11] & 0x10)


def _drop(fat: Fat, entry: Entry, chain: list[int]) -> None:
    for sector, at in entry.places:
        content = fat.medium.read(sector)
        fat.medium.write(sector, content[:at] + bytes((DELETED,)) + content[at + 1 :])
    for cluster in chain:
        fat.set_link(cluster, FREE)
