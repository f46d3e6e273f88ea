"""answers.toml: what the owner of a node has answered, without secrets; read again it asks nothing twice."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

import tomlkit

from station.errors import Exit, StationError
from station.new_answers import BY_KEY, SECRET, Answers

ANSWERS = "answers.toml"
#: Beside the password itself: the name of a file whose first line it is.
SECRET_FILE = "wifi_password_file"
#: As a node calls it in its settings: where the password may stand in the environment.
SECRET_VARIABLE = "TORPOR_WIFI_PASSWORD"
_NUMBERS = ("cells", "port", "latitude", "longitude", "tilt", "azimuth")
_HEAD = "What was answered for this node; torpor new reads it again. No secret is in it."


def read_answers(path: Path) -> Answers:
    """Key -> answer as text. StationError, one sentence, if it cannot be used; values are not repeated."""
    try:
        found = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise StationError(f"{path}: cannot be read ({error.strerror}).", Exit.USAGE) from None
    except UnicodeDecodeError:
        raise StationError(f"{path}: is no text.", Exit.USAGE) from None
    except tomllib.TOMLDecodeError as error:
        where = str(error).rpartition("(at ")[2].rstrip(")")
        raise StationError(f"{path}: is no TOML (at {where}).", Exit.USAGE) from None
    for key, value in found.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise StationError(f"{path}: {key} is neither text nor a number.", Exit.USAGE)
    return {key: str(value) for key, value in found.items()}


def text_of(answers: Mapping[str, str]) -> str:
    """The file's text, in the order of the questions."""
    document = tomlkit.document()
    document.add(tomlkit.comment(_HEAD))
    for key in BY_KEY:
        if key in answers and key != SECRET:
            document[key] = _number(answers[key]) if key in _NUMBERS else answers[key]
    return tomlkit.dumps(document)


def _number(value: str) -> int | float:
    found = float(value)
    return int(found) if found == int(found) else found


def taken_secret(
    given: Answers, beside: Path, there: str | None, environment: Mapping[str, str] = os.environ
) -> str | None:
    """The password that was said, taken out of `given`: there, in a file, in the environment, else `there`.

    Parameters
    ----------
    beside : folder from which the file's name counts. there : what settings.toml has already.
    """
    file, said = given.pop(SECRET_FILE, None), given.pop(SECRET, None)
    if file and said is not None:
        raise StationError(f"{SECRET} and {SECRET_FILE}: expected one of them.", Exit.USAGE)
    if file:
        lines = _read(beside / file).splitlines()
        return lines[0] if lines else ""
    return said if said is not None else environment.get(SECRET_VARIABLE, there)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise StationError(f"{SECRET_FILE}: {path} cannot be read.", Exit.USAGE) from None
