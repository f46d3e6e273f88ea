"""JPEG as the OV2640's encoder writes it: a fixed header, Annex K tables, 4:2:2, no restart markers.

The OV5642's is taken to be the same. Seen of it: APP0 with JFIF 1.1, two DQT, luma quantised by
(Annex K * q + 8) // 16 (dumps in ArduCAM/Arduino #360, #299). Its order from there on (DHT before SOF0),
its chroma and its 4:2:2 are inferred; a checker must take any order.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

HEADER_B = 623

#: Quantiser tables of ITU-T T.81 Annex K (K.1 luma, K.2 chroma), rows of eight.
ANNEX_K = (
    bytes.fromhex(
        "100b0a101828333d0c0c0e131a3a3c370e0d1018283945380e11161d3357503e"
        "12162538446d674d182337405168715c31404e5767797865485c5f6270646763"
    ),
    bytes.fromhex("1112182f6363636312151a4263636363181a3863636363632f42636363636363") + b"\x63" * 32,
)

#: Huffman tables of Annex K (K.3 to K.6) as DHT carries them: class and number, 16 counts, values.
_HUFFMAN = (
    "00" "00010501010101010100000000000000" "000102030405060708090a0b",
    "10" "0002010303020403050504040000017d"
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728"
    "292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a83848586878889"
    "8a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2"
    "e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa",
    "01" "00030101010101010101010000000000" "000102030405060708090a0b",
    "11" "00020102040403040705040400010277"
    "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a26"
    "2728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a828384858687"
    "88898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9da"
    "e2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa",
)  # fmt: skip

_JFIF = b"JFIF\x00\x01\x01\x01\x00\x00\x00\x00\x00\x00"
#: Components of SOF0: Y twice as wide as Cb and Cr; and of SOS, with the whole spectrum.
_FRAME = b"\x03\x01\x21\x00\x02\x11\x01\x03\x11\x01"
_SCAN = b"\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00"


def _zigzag() -> tuple[int, ...]:
    """Positions of an 8 x 8 block in the order of the stream."""
    cells = ((row, column) for row in range(8) for column in range(8))

    def along(cell: tuple[int, int]) -> tuple[int, int]:
        row, column = cell
        return row + column, column if (row + column) % 2 == 0 else row

    return tuple(8 * row + column for row, column in sorted(cells, key=along))


ZIGZAG = _zigzag()


def quantiser(qs: int) -> tuple[list[int], list[int]]:
    """Luma and chroma tables at quality register QS, rows of eight: (Annex K * QS + 8) // 16."""
    luma, chroma = ([min(255, (value * qs + 8) // 16) for value in table] for table in ANNEX_K)
    return luma, chroma


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def header(qs: int, width: int, height: int) -> bytes:
    """Everything before the coded scan: 623 bytes that QS and size determine."""
    parts = [b"\xff\xd8", _segment(0xE0, _JFIF)]
    for number, table in enumerate(quantiser(qs)):
        parts.append(_segment(0xDB, bytes((number,)) + bytes(table[at] for at in ZIGZAG)))
    parts += [_segment(0xC4, bytes.fromhex(table)) for table in _HUFFMAN]
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return b"".join((*parts, _segment(0xC0, b"\x08" + size + _FRAME), _segment(0xDA, _SCAN)))


def encode(image: Image.Image, qs: int) -> bytes:
    """Code an RGB image as the sensor would: its header, then a real scan, then the end marker."""
    tables = [[max(1, value) for value in table] for table in quantiser(qs)]
    file = io.BytesIO()
    image.save(file, "JPEG", qtables=tables, subsampling="4:2:2", optimize=False)
    coded = file.getvalue()
    start = coded.index(b"\xff\xda")
    scan = coded[start + 2 + int.from_bytes(coded[start + 2 : start + 4], "big") :]
    return header(qs, *image.size) + scan
