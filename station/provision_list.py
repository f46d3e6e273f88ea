"""A list of nodes, one row each: read and checked whole before anything is made of it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from boards import BoardsError
from station.errors import Exit, StationError
from station.new_answers import BY_KEY, HINTS, Answers, checked, password
from station.new_answers_file import SECRET_FILE, SECRET_VARIABLE, taken_secret
from station.new_folder import SETTINGS, NewNode, new_node, settings_there

#: Rows that are named at most; the others are counted.
NAMED = 20
#: Begins the name of a column that has none, as spreadsheets leave them at the right: it has to be empty.
_NAMELESS = "column "


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: its number, and its answers."""

    line: int
    answers: Answers


def read_list(path: Path) -> list[Row]:
    """Rows of a CSV file with a head, before which comments (#) may stand, and a spreadsheet's line on its
    separator (sep=;). StationError if it is none."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise StationError(f"{path}: cannot be read ({error.strerror}).", Exit.USAGE) from None
    except UnicodeDecodeError:
        told = f"{path}: is no text in UTF-8 (a spreadsheet saves it as CSV UTF-8)."
        raise StationError(told, Exit.USAGE) from None
    lines = text.splitlines()
    head = next((n for n, line in enumerate(lines) if not line.startswith(("#", "sep="))), 0)
    reader = csv.DictReader(lines[head:], delimiter=_delimiter("".join(lines[head:][:1])), strict=True)
    try:
        rows = list(_rows(path, reader, head))
    except csv.Error as error:
        line = head + reader.reader.line_num
        raise StationError(f"{path}, line {line}: is no CSV ({error}).", Exit.USAGE) from None
    if not rows:
        raise StationError(f"{path}: no node is in it; its first line names the columns.", Exit.USAGE)
    return rows


def _delimiter(head: str) -> str:
    """A spreadsheet may write semicolons or tabs."""
    return max(",;\t", key=head.count)


def _rows(path: Path, reader: csv.DictReader[str], before: int) -> Iterator[Row]:
    """`before` : lines before the head."""
    columns = [name.strip().lower() for name in reader.fieldnames or ()]
    reader.fieldnames = [name or f"{_NAMELESS}{number}" for number, name in enumerate(columns)]
    known = (*BY_KEY, *HINTS, SECRET_FILE)
    for name in filter(None, columns):
        if name not in known:
            told = ", ".join(known)
            raise StationError(f"{path}: there is no column {name!r}, there is {told}.", Exit.USAGE)
        if columns.count(name) > 1:
            raise StationError(f"{path}: the column {name} is there twice.", Exit.USAGE)
    if "name" not in columns:
        raise StationError(f"{path}: the column name is missing.", Exit.USAGE)
    for found in reader:
        if None in found or None in found.values():
            raise StationError(
                f"{path}, line {before + reader.line_num}: has not as many cells as the first line.",
                Exit.USAGE,
            )
        line = before + reader.line_num
        cells = {name: value.strip() for name, value in found.items() if value.strip()}
        for value in (value for name, value in cells.items() if name.startswith(_NAMELESS)):
            raise StationError(
                f"{path}, line {line}: {value!r} has no name of a column above it.", Exit.USAGE
            )
        if cells:
            yield Row(line, cells)


def checked_nodes(
    rows: list[Row], common: Mapping[str, str], beside: Path, folder: Path
) -> tuple[list[NewNode], list[str]]:
    """The nodes of all rows that are in order, and a sentence for each of the others."""
    nodes: list[NewNode] = []
    wrong: list[str] = []
    lines: dict[str, int] = {}
    for row in rows:
        try:
            node = _node(row, common, beside, folder)
            if node.name in lines:
                raise StationError(f"name is {node.name!r}, which line {lines[node.name]} has already.")
            lines[node.name] = row.line
            nodes.append(node)
        except (StationError, BoardsError) as error:
            wrong.append(f"line {row.line}: {error}")
    return nodes, wrong


def _node(row: Row, common: Mapping[str, str], beside: Path, folder: Path) -> NewNode:
    """A row's cells go before what is said for all."""
    given = {**common, **row.answers}
    if BY_KEY["wifi_password"].key in row.answers:
        given.pop(SECRET_FILE, None)
    place = folder / BY_KEY["name"].check(given.get("name", ""), {})
    there = settings_there(place).get(SECRET_VARIABLE) if (place / SETTINGS).is_file() else None
    secret = taken_secret(given, beside, there if isinstance(there, str) else None)
    if secret is None:
        raise StationError(f"wifi_password is missing: a column, a file or {SECRET_VARIABLE} has it.")
    answers = checked(given)
    return new_node(answers, password(secret, answers), place)
