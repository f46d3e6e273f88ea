"""What a ZIP still holds whose end is missing: its index stood there, its files stand before it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from struct import unpack_from

_FILE, _DESCRIPTOR = b"PK\x03\x04", b"PK\x07\x08"
_HEAD = 30
_STORED, _DEFLATED = 0, 8
#: A flag: length and checksum stand behind the file, not before it.
_BEHIND = 8


@dataclass(frozen=True, slots=True)
class _Member:
    """One file of a ZIP as far as it goes, and where its bytes end."""

    name: str
    content: bytes
    end: int


def members_of_cut_zip(data: bytes) -> dict[str, bytes]:
    """Each file from the front on; the last one as far as it goes. What precedes a cut unpacks as it was.

    Raises
    ------
    zlib.error : a file is not cut off but spoilt, so that what it holds cannot be told from chance.
    """
    found: dict[str, bytes] = {}
    at = 0
    while data.startswith(_FILE, at) and len(data) >= at + _HEAD:
        member = _member(data, at)
        found[member.name] = member.content
        at = data.find(_FILE, member.end, member.end + _HEAD)
        if at < 0:
            break
    return found


def _member(data: bytes, at: int) -> _Member:
    flags, method = unpack_from("<HH", data, at + 6)
    checksum, packed = unpack_from("<II", data, at + 14)
    name_ends = at + _HEAD + int.from_bytes(data[at + 26 : at + 28], "little")
    begin = name_ends + int.from_bytes(data[at + 28 : at + 30], "little")
    name = data[at + _HEAD : name_ends].decode("utf-8", "replace")
    if method == _STORED and not flags & _BEHIND:
        return _Member(name, data[begin : begin + packed], begin + packed)
    if method != _DEFLATED:
        raise zlib.error(f"{name} is packed in a way that is not known")
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    content = unpack.decompress(memoryview(data)[begin:])
    end = len(data) - len(unpack.unused_data)
    if flags & _BEHIND:
        checksum = _checksum_behind(data, end)
    if unpack.eof and checksum is not None and zlib.crc32(content) != checksum:
        raise zlib.error(f"the checksum of {name} is wrong")
    return _Member(name, content, end)


def _checksum_behind(data: bytes, end: int) -> int | None:
    at = end + len(_DESCRIPTOR) if data.startswith(_DESCRIPTOR, end) else end
    return int.from_bytes(data[at : at + 4], "little") if len(data) >= at + 4 else None
