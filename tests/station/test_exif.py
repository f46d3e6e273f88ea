"""EXIF in a copy: what readers find there, and that no bit of the picture changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from station.exif import About, with_exif

ABOUT = About(
    moment=datetime(2026, 5, 1, 14, 22, 33, tzinfo=timezone(timedelta(hours=2))),
    make="Torpor", model="Arducam Mini 2MP Plus", serial="garden", unique="0123456789abcdef" * 2,
    comment="trigger: motion", latitude=-33.5, longitude=151.2093,
)  # fmt: skip


def tags(jpeg: bytes) -> tuple[dict[int, object], dict[int, object], dict[int, object]]:
    with Image.open(BytesIO(jpeg)) as image:
        exif = image.getexif()
        return dict(exif), dict(exif.get_ifd(IFD.Exif)), dict(exif.get_ifd(IFD.GPSInfo))


def test_a_reader_finds_every_tag(jpeg: bytes) -> None:
    outer, inner, place = tags(with_exif(jpeg, ABOUT))
    assert (outer[Base.Make], outer[Base.Model]) == ("Torpor", "Arducam Mini 2MP Plus")
    assert inner == {
        Base.ExifVersion: b"0232", Base.DateTimeOriginal: "2026:05:01 14:22:33",
        Base.OffsetTimeOriginal: "+02:00", Base.BodySerialNumber: "garden",
        Base.ImageUniqueID: "0123456789abcdef0123456789abcdef",
        Base.UserComment: b"ASCII\x00\x00\x00trigger: motion",
    }  # fmt: skip
    assert place == {
        GPS.GPSVersionID: b"\x02\x03\x00\x00", GPS.GPSLatitudeRef: "S", GPS.GPSLatitude: (33.0, 30.0, 0.0),
        GPS.GPSLongitudeRef: "E", GPS.GPSLongitude: (151.0, 12.0, 33.48), GPS.GPSMapDatum: "WGS-84",
    }  # fmt: skip


def test_the_picture_is_the_same_bit_by_bit(jpeg: bytes) -> None:
    copy = with_exif(jpeg, ABOUT)
    length = int.from_bytes(copy[4:6], "big")
    assert copy[:4] == b"\xff\xd8\xff\xe1"
    assert copy[:2] + copy[4 + length :] == jpeg


def test_an_older_exif_makes_room(jpeg: bytes) -> None:
    moment = datetime(2026, 5, 2, tzinfo=UTC)
    later = About(moment, "Torpor", "x", "garden", "00" * 16, "trigger: timer")
    assert with_exif(with_exif(jpeg, ABOUT), later) == with_exif(jpeg, later)


def test_without_a_place_there_is_none(jpeg: bytes) -> None:
    about = About(ABOUT.moment, "Torpor", "x", "garden", "00" * 16, "")
    assert tags(with_exif(jpeg, about))[2] == {}


@pytest.mark.parametrize("cut", [2, 3, 4, 5, 10, 20, 21, 22, 40, 200])
def test_a_picture_that_breaks_off_keeps_what_it_has(jpeg: bytes, cut: int) -> None:
    copy = with_exif(jpeg[:cut], ABOUT)
    length = int.from_bytes(copy[4:6], "big")
    assert copy[:2] + copy[4 + length :] == jpeg[:cut]


def test_what_is_no_jpeg_is_refused() -> None:
    with pytest.raises(ValueError, match="start marker"):
        with_exif(b"GIF89a", ABOUT)
