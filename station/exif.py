"""EXIF written into a copy of a JPEG without touching a bit of the picture: one segment behind its start.

Pillow lays out the tags; here they are spliced in, and an older EXIF segment makes room for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from PIL.ExifTags import GPS, IFD, Base
from PIL.Image import Exif

_START, _SCAN, _APP1 = b"\xff\xd8", 0xDA, 0xE1
_EXIF = b"Exif\x00\x00"
#: What a segment holds at most, bytes.
_LONGEST = 65_533


@dataclass(frozen=True, slots=True)
class About:
    """What stands in a picture's EXIF.

    Attributes
    ----------
    moment : when it was taken, with its zone. serial : of the camera's body: the node.
    unique : 32 hex digits that no other picture has. comment : ASCII.
    latitude, longitude : degrees north and east, None: not written.
    """

    moment: datetime
    make: str
    model: str
    serial: str
    unique: str
    comment: str
    latitude: float | None = None
    longitude: float | None = None


def with_exif(jpeg: bytes, about: About) -> bytes:
    """The same JPEG with these tags. ValueError if it does not begin like one."""
    if jpeg[:2] != _START:
        raise ValueError("the start marker of a JPEG is missing")
    segment = _segment(about)
    kept = [jpeg[begin:end] for begin, end in _others(jpeg)]
    return b"".join([_START, segment, *kept])


def _segment(about: About) -> bytes:
    body = _tags(about).tobytes()
    if not body.startswith(_EXIF):
        body = _EXIF + body
    if len(body) > _LONGEST:
        raise ValueError(f"{len(body)} bytes of EXIF do not fit into one segment")
    return bytes((0xFF, _APP1)) + (len(body) + 2).to_bytes(2, "big") + body


def _tags(about: About) -> Exif:
    exif = Exif()
    exif[Base.Make], exif[Base.Model] = _ascii(about.make), _ascii(about.model)
    inner = exif.get_ifd(IFD.Exif)
    inner[Base.ExifVersion] = b"0232"
    inner[Base.DateTimeOriginal] = about.moment.strftime("%Y:%m:%d %H:%M:%S")
    inner[Base.OffsetTimeOriginal] = _offset(about.moment)
    inner[Base.BodySerialNumber] = _ascii(about.serial)
    inner[Base.ImageUniqueID] = about.unique
    inner[Base.UserComment] = b"ASCII\x00\x00\x00" + _ascii(about.comment).encode()
    if about.latitude is not None and about.longitude is not None:
        place = exif.get_ifd(IFD.GPSInfo)
        place[GPS.GPSVersionID] = b"\x02\x03\x00\x00"
        place[GPS.GPSLatitudeRef] = "N" if about.latitude >= 0 else "S"
        place[GPS.GPSLatitude] = _sexagesimal(about.latitude)
        place[GPS.GPSLongitudeRef] = "E" if about.longitude >= 0 else "W"
        place[GPS.GPSLongitude] = _sexagesimal(about.longitude)
        place[GPS.GPSMapDatum] = "WGS-84"
    return exif


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode()


def _offset(moment: datetime) -> str:
    text = moment.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"


def _sexagesimal(degrees: float) -> tuple[Fraction, Fraction, Fraction]:
    """Degrees, minutes and seconds to a thousandth (3 cm)."""
    thousandths = round(abs(degrees) * 3_600_000)
    whole, rest = divmod(thousandths, 3_600_000)
    minutes, seconds = divmod(rest, 60_000)
    return Fraction(whole), Fraction(minutes), Fraction(seconds, 1000)


def _others(jpeg: bytes) -> list[tuple[int, int]]:
    """The parts of a JPEG behind its start that are no EXIF, as (begin, end). What is no segment is kept."""
    parts, at = [], 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] not in (0xFF, _SCAN):
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if end > len(jpeg):
            break
        if jpeg[at + 1] != _APP1 or jpeg[at + 4 : at + 10] != _EXIF:
            parts.append((at, end))
        at = end
    return [*parts, (at, len(jpeg))]
