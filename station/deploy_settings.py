"""settings.toml for a node: what the owner has is kept with its comments, new values go in, and what comes
out is in the part of TOML that CircuitPython reads."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

import tomlkit

from boards import Design
from sim.application import ROOT, folder_of
from sim.drive import settings_toml
from station.doctor_table import Weight
from station.errors import Exit, StationError
from station.node_settings import keys_of_settings, refused
from station.settings_traps import traps

#: What nobody but node and station is to see.
_SECRET = re.compile(r"KEY|PASSWORD|SECRET|TOKEN")
_COMMENT = r"\s*(#.*)?"
#: What CircuitPython reads: KEY = "text" or KEY = 12, on one line.
_LINE = re.compile(
    r'\s*[A-Za-z0-9_-]+\s*=\s*("(?:[^"\\\x00-\x1f]|\\(?:[rn"\\]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}))*"|[+-]?\d+)'
    + _COMMENT
)
#: CircuitPython 10.3 reads these as well.
_LINE_10_3 = re.compile(r"\s*[A-Za-z0-9_-]+\s*=\s*(true|false|[+-]?\d+\.\d+)" + _COMMENT)


EXAMPLE = "settings.example.toml"
#: What a drive writes at once, bytes.
SECTOR = 512


def is_secret(key: str) -> bool:
    return bool(_SECRET.search(key))


def example(design: Design) -> str:
    """The settings that a design's application comes with; an owner's own without such a file has those of
    the other application of declared tasks."""
    own = folder_of(design) / EXAMPLE
    return (own if own.is_file() else ROOT / "firmware" / "soil" / EXAMPLE).read_text(encoding="utf-8")


def is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def is_spoilt(found: bytes, written: bytes) -> bool:
    """Whether settings that are not as they were written were changed by a cut, and not by their owner:
    they are as long as before, and most of some sector is something else. So it looks when two files share
    clusters after a cut, and what lies in a comment then still passes for TOML."""
    if len(found) != len(written):
        return False
    sectors = range(0, len(found), SECTOR)
    pairs = [(found[at : at + SECTOR], written[at : at + SECTOR]) for at in sectors]
    return any(2 * sum(map(int.__ne__, one, other)) > len(one) for one, other in pairs)


def text_of(content: bytes, where: str = "settings.toml") -> str:
    """A file's text. StationError, one sentence, if it is none."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise StationError(
            f"{where}, line {line}: a letter there is not UTF-8: save the file as UTF-8.", Exit.USAGE
        ) from None


def values_of(text: str, where: str = "settings.toml") -> dict[str, object]:
    """Key -> value. StationError, one sentence, if it is no TOML; what stands in the line is not told."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"\(at line \d+", str(error))
        told = f" {line[0][1:]}" if line else ""
        raise StationError(f"{where} is no TOML{told}.", Exit.USAGE) from None


def merged(text: str, values: Mapping[str, str | int]) -> str:
    """`text` with `values` in it; everything else stays as it is, comments and order too."""
    document = tomlkit.parse(text if not text or text.endswith("\n") else text + "\n")
    for key, value in values.items():
        if is_secret(key) and not str(value).isprintable():
            raise StationError(f"{key} has a character in it that cannot be printed.", Exit.USAGE)
        settings_toml({key: value})  # DriveError for what the board could not read
        document[key] = value
    return tomlkit.dumps(document)


def check(text: str, design: Design, version: tuple[int, int, int], has_certificate: bool) -> None:
    """StationError, one sentence, if the board could not read these settings or the node would not start."""
    check_lines(text, version)
    values = values_of(text)
    if told := refused(design, values):
        raise StationError(f"{told}.", Exit.USAGE)
    if wrong := next((one for one in traps(values) if one.weight is Weight.WRONG), None):
        raise StationError(f"settings.toml: {wrong.what} {wrong.do}", Exit.USAGE)
    if values.get("TORPOR_TLS") and not has_certificate:
        raise StationError(
            "TORPOR_TLS is 1, and the station's certificate is not on the drive: copy it there as home.pem"
            " or name it with --certificate.",
            Exit.USAGE,
        )


def check_lines(text: str, version: tuple[int, int, int]) -> None:
    """StationError, one sentence, if this CircuitPython could not read these settings."""
    for number, line in enumerate(text.splitlines(), 1):
        if not is_read(line, version):
            name = line.partition("=")[0].strip()[:40]
            raise StationError(
                f"settings.toml, line {number} ({name}): CircuitPython {version[0]}.{version[1]} reads only"
                ' KEY = "text" and KEY = 12, each on one line.',
                Exit.USAGE,
            )


def is_read(line: str, version: tuple[int, int, int]) -> bool:
    """Whether CircuitPython reads a line (an empty one and a comment too)."""
    if not line.strip() or line.lstrip().startswith("#") or _LINE.fullmatch(line):
        return True
    return version >= (10, 3, 0) and _LINE_10_3.fullmatch(line) is not None


def warnings(text: str) -> list[str]:
    """What works, and is not wise."""
    values = values_of(text)
    told = [f"settings.toml: {strange}" for strange in map(stranger, values) if strange]
    doubtful = (one for one in traps(values) if one.weight is not Weight.WRONG)
    return told + [f"settings.toml: {one.what} {one.do}" for one in doubtful]


def stranger(key: str) -> str:
    """What is odd about a key that looks like a node's and is none, "" if nothing is."""
    known = keys_of_settings()
    if not key.startswith("TORPOR_") or key in known:
        return ""
    like = get_close_matches(key, known, 1)
    return f"No node reads {key}.{f' Is {like[0]} meant?' if like else ''}"


def read_file(path: Path) -> dict[str, str | int]:
    """Values from an owner's file, to be merged."""
    found: dict[str, str | int] = {}
    for key, value in values_of(text_of(path.read_bytes(), str(path)), str(path)).items():
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise StationError(f"{path}: {key} is neither text nor a whole number.", Exit.USAGE)
        found[key] = value
    return found
