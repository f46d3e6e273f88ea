"""What an owner is asked for a new node: the questions, and how each answer is checked.

The same keys stand in answers.toml and as columns of a list of nodes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite

from boards import DEFAULT_DESIGN, list_designs, load_design
from boards.parts_file import shipped_parts
from sim.protocol import is_node_name
from station.doctor_table import Weight
from station.errors import Exit, StationError
from station.own_address import own_address
from station.settings_traps import traps

#: Key -> answer, as text; what was not answered is not in it.
Answers = dict[str, str]
#: Answers that nobody but node and station is to see: never in answers.toml, never shown.
SECRET = "wifi_password"
#: A panel by its label, W; a battery by its label, mAh.
PANEL_W, BATTERY_mAh = (0.1, 100.0), (100.0, 100_000.0)
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(W|mAh|Ah)?")
_COMMA = re.compile(r"([+-]?\d+),(\d+)(?![\d.,])")


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes
    ----------
    key : in answers.toml. asks, explains : for the person. check : gives the answer as it is kept, or raises
        StationError.
    default, choices : by the answers so far; no default (None) means that an answer is needed.
    offers : what a person is offered in place of a default; None: nothing.
    """

    key: str
    asks: str
    explains: str
    check: Callable[[str, Mapping[str, str]], str]
    default: Callable[[Mapping[str, str]], str | None] = lambda answers: None
    choices: Callable[[Mapping[str, str]], Mapping[str, str]] = lambda answers: {}
    offers: Callable[[], str | None] = lambda: None


def no(key: str, value: str, expected: str) -> StationError:
    """The one sentence for an answer that will not do; a secret is not repeated."""
    shown = "not as it must be" if key == SECRET else f"{value!r}"
    return StationError(f"{key} is {shown}: expected {expected}.", Exit.USAGE)


def _name(value: str, answers: Mapping[str, str]) -> str:
    del answers
    if not is_node_name(value):
        raise no("name", value, "1 to 32 of a-z, 0-9, - and _, beginning with a letter or digit")
    return value


def boards_there() -> dict[str, str]:
    """Boards for which there is a design, and what they are."""
    designs = (load_design(name) for name in list_designs())
    return {design.board.name: design.board.title for design in designs}


def _board(value: str, answers: Mapping[str, str]) -> str:
    del answers
    if value not in boards_there():
        raise no("board", value, f"one of {', '.join(boards_there())}")
    return value


def designs_of(answers: Mapping[str, str]) -> dict[str, str]:
    """Designs on the board that was named, the default first; all of them if none was."""
    designs = (load_design(name) for name in list_designs())
    board = answers.get("board")
    return {d.name: d.title for d in designs if not board or d.board.name == board}


def _design(value: str, answers: Mapping[str, str]) -> str:
    if value.endswith(".toml"):
        load_design(value)
        return value
    if value not in list_designs():
        raise no("design", value, f"one of {', '.join(list_designs())}, or a .toml file")
    if answers.get("board") and value not in designs_of(answers):
        raise no("design", value, f"one on {answers['board']}: {', '.join(designs_of(answers))}")
    return value


def nearest(answers: Mapping[str, str]) -> str:
    """The design that shares most parts with those named (board, camera, clock, ...); the first of equals."""
    kinds = {kind for kind, _ in shipped_parts()}
    wanted = {(kind, name) for kind, name in answers.items() if kind in kinds}
    names = list(designs_of(answers)) or [DEFAULT_DESIGN]
    return max(names, key=lambda name: len(wanted & _parts_of(name)))


def _parts_of(name: str) -> set[tuple[str, str]]:
    return {(part.kind, part.name) for part in load_design(name).parts}


def parts_there(kind: str) -> dict[str, str]:
    """Parts of a kind that come with the project, and what they are."""
    return {name: part.title for (of_kind, name), part in shipped_parts().items() if of_kind == kind}


def _point(value: str) -> str:
    """A number with a comma, as much of the world writes it, with a point."""
    return _COMMA.sub(r"\1.\2", value)


def _sized(kind: str, key: str, unit: str, bounds: tuple[float, float]) -> Callable[..., str]:
    """A check for a part by its name, or by its label's figure."""

    def check(value: str, answers: Mapping[str, str]) -> str:
        del answers
        if value in parts_there(kind):
            return value
        found = _AMOUNT.fullmatch(_point(value))
        amount = float(found[1]) * (1000.0 if found[2] == "Ah" else 1.0) if found else 0.0
        fits = found and (found[2] in (None, unit) or (unit, found[2]) == ("mAh", "Ah"))
        if not fits or not bounds[0] <= amount <= bounds[1]:
            figure = f"its label's {unit}, {bounds[0]:g} to {bounds[1]:g}"
            raise no(key, value, f"{figure}, or one of {', '.join(parts_there(kind))}")
        return f"{amount:g} {unit}"

    return check


def number(key: str, low: float, high: float, whole: bool = False) -> Callable[..., str]:
    """A check for a number between two bounds."""

    def check(value: str, answers: Mapping[str, str]) -> str:
        del answers
        try:
            found = float(_point(value))
        except ValueError:
            found = float("nan")
        if not (isfinite(found) and low <= found <= high) or (whole and found != int(found)):
            raise no(key, value, f"a {'whole ' if whole else ''}number from {low:g} to {high:g}")
        return f"{found:g}" if abs(found) < 1e5 and not whole else str(int(found))

    return check


def text(key: str, low: int, high: int) -> Callable[..., str]:
    """A check for text of so many characters, that can stand in settings.toml."""

    def check(value: str, answers: Mapping[str, str]) -> str:
        del answers
        if not low <= len(value) <= high or not value.isprintable():
            raise no(key, value, f"{low} to {high} characters that can be printed")
        return value

    return check


def _host(value: str, answers: Mapping[str, str]) -> str:
    """What deploy would refuse is refused while it is being typed."""
    found = text("host", 1, 64)(value, answers)
    for wrong in traps({"TORPOR_HOST": found}):
        if wrong.weight is Weight.WRONG:
            told = f"{wrong.what} {wrong.do}".replace("TORPOR_HOST", "host").replace("TORPOR_PORT", "port")
            raise StationError(told, Exit.USAGE)
    return found


def password(value: str, answers: Mapping[str, str]) -> str:
    """The check of a Wi-Fi password; it is never repeated in what is said."""
    del answers
    if (value and not 8 <= len(value) <= 64) or not value.isprintable():
        raise no(SECRET, value, "8 to 64 characters that can be printed, or none for an open network")
    return value


def _of_design(kind: str) -> Callable[[Mapping[str, str]], str | None]:
    return lambda answers: load_design(answers["design"]).part(kind).name


def _option(name: str) -> Callable[[Mapping[str, str]], str | None]:
    return lambda answers: f"{float(str(load_design(answers['design']).options[name])):g}"


def _towards_the_sun(answers: Mapping[str, str]) -> str | None:
    if answers["design"].endswith(".toml"):
        return _option("azimuth_deg")(answers)
    return "0" if float(answers.get("latitude", "0")) < 0 else "180"


QUESTIONS: tuple[Question, ...] = (
    Question("name", "Name of the node",
             "As the station will call it: a-z, 0-9, - and _. Every node has a name of its own.", _name),
    Question("board", "Which board do you have", "The one that is nearest to yours.", _board,
             lambda answers: load_design(DEFAULT_DESIGN).board.name, lambda answers: boards_there()),
    Question("design", "Which design is nearest to what you have",
             "Its pins and parts are what the wiring shows; panel and battery come next. A design of your"
             " own: the name of its .toml file.", _design, nearest, designs_of),
    Question("panel", "Panel (its number here, or its label, as 3 W)",
             "One of these, or the W on your panel's label.",
             _sized("panel", "panel", "W", PANEL_W), _of_design("panel"),
             lambda answers: parts_there("panel")),
    Question("battery", "Battery, one cell (its number here, or its label, as 2600 mAh)",
             "One of these, or the mAh on your cell's label if its kind is the design's.",
             _sized("cell", "battery", "mAh", BATTERY_mAh), _of_design("cell"),
             lambda answers: parts_there("cell")),
    Question("cells", "How many such cells in parallel", "Of one kind and age, at one charge when joined.",
             number("cells", 1, 16, whole=True), _option("cells_parallel")),
    Question("wifi", "Name of the Wi-Fi network", "2.4 GHz: none of these boards knows 5 GHz.",
             text("wifi", 1, 32)),
    Question(SECRET, "Its password (nothing: an open network)",
             "It goes into settings.toml alone, which nobody else on this computer may read. Whoever holds"
             " the board can.", password, lambda answers: ""),
    Question("host", "Address of the home station",
             "The computer on which torpor receive runs, such as 192.168.1.10. In brackets stands this"
             " computer's own.", _host, offers=own_address),
    Question("port", "Its port", "As torpor receive says.", number("port", 1, 65535, whole=True),
             lambda answers: "8080"),
    Question("latitude", "Latitude of its place, degrees north",
             "South is negative. A right click on most maps tells both: paste them as they are. By its"
             " latitude the node saves for the winter.", number("latitude", -90, 90)),
    Question("longitude", "Longitude, degrees east", "West is negative.", number("longitude", -180, 180)),
    Question("tilt", "Tilt of the panel, degrees", "0 lies flat, 90 stands. Steep is good for the winter.",
             number("tilt", 0, 90), _option("tilt_deg")),
    Question("azimuth", "Where the panel looks, degrees from north", "0 north, 90 east, 180 south, 270 west.",
             number("azimuth", 0, 360), _towards_the_sun),
)  # fmt: skip
BY_KEY = {question.key: question for question in QUESTIONS}
#: Keys that a list of nodes or answers.toml may have beside the questions': parts that help to find a design.
HINTS = ("camera", "clock", "latch", "sd", "light", "sensor")


def checked(given: Mapping[str, str]) -> Answers:
    """All answers but the secret, with defaults for what was left out.

    Raises
    ------
    StationError : one sentence: an answer that will not do, one that is missing, a key that nobody asks for.
    """
    _refuse_strange(given)
    found: Answers = {key: given[key] for key in HINTS if given.get(key)}
    for question in QUESTIONS:
        if question.key == SECRET or (question.key == "board" and not given.get("board")):
            continue
        found[question.key] = question.check(_said(question, given, found), found)
    return {key: value for key, value in found.items() if key not in HINTS}


def _refuse_strange(given: Mapping[str, str]) -> None:
    for key in given:
        if key not in BY_KEY and key not in HINTS:
            raise StationError(f"{key} is nothing that is asked: there is {', '.join(BY_KEY)}.", Exit.USAGE)
    for key in HINTS:
        if given.get(key) and given[key] not in parts_there(key):
            raise no(key, given[key], f"one of {', '.join(parts_there(key))}")


def _said(question: Question, given: Mapping[str, str], found: Mapping[str, str]) -> str:
    value = given.get(question.key) or question.default(found)
    if value is None:
        what = f"{question.asks[0].lower()}{question.asks[1:]}"
        raise StationError(f"{question.key} is missing: {what}.", Exit.USAGE)
    return value
