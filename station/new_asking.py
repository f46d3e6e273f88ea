"""The guided start: one question after the other at a terminal; back, help, and nothing is lost."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Callable, Mapping

import rich_click as click

from station.errors import StationError
from station.new_answers import QUESTIONS, SECRET, Answers, Question

BACK, HELP = "<", "?"
#: Where the titles of choices begin.
_INDENT = 31
#: Latitude and longitude as a map gives them.
_BOTH = re.compile(r"(-?\d+\.\d+)°?\s*[,;\s]\s*(-?\d+\.\d+)°?")
Kept = Callable[[Answers], None]


class _Back(Exception):
    """The question before once more."""


def guided(before: Mapping[str, str], secret: str | None, kept: Kept) -> tuple[Answers, str]:
    """Ask everything; what was answered before is offered again.

    Parameters
    ----------
    secret : the password that is there already, None: none. kept : gets the answers after each question.
    """
    click.echo(f"Enter takes what stands in brackets, {HELP} explains, {BACK} goes back, Ctrl-C keeps all.",
               err=True)  # fmt: skip
    answers: Answers = {}
    before = dict(before)
    place = 0
    while place < len(QUESTIONS):
        question = QUESTIONS[place]
        try:
            if question.key == SECRET:
                secret = _asked(question, answers, secret, before)
            else:
                offered = _offered(question, before, answers)
                answers[question.key] = _asked(question, answers, offered, before)
                kept({**before, **answers})
            place += 1
        except _Back:
            place = max(0, place - 1)
            before |= answers
            answers.pop(QUESTIONS[place].key, None)
    return answers, secret or ""


def _offered(question: Question, before: Mapping[str, str], answers: Mapping[str, str]) -> str | None:
    """What was answered before, if it still fits; else the default."""
    if question.key in before:
        try:
            return question.check(before[question.key], answers)
        except StationError:
            pass
    return question.default(answers) or question.offers()


def _asked(question: Question, answers: Answers, offered: str | None, later: Answers) -> str:
    """One answer that is in order. `later` : what will be offered, if more than was asked for was said."""
    choices = list(question.choices(answers).items())
    if question.key == "design" and offered == _only(choices):
        return str(offered)
    _show(choices, offered)
    while True:
        said = _prompted(question, offered)
        if said == BACK:
            raise _Back
        if said == HELP:
            click.echo(f"  {question.explains}", err=True)
            continue
        if said.isdecimal() and 1 <= int(said) <= len(choices):
            said, title = choices[int(said) - 1]
            click.echo(f"  {said}: {title}", err=True)
        if question.key == "latitude" and (both := _BOTH.fullmatch(said)):
            said, later["longitude"] = both.groups()
        try:
            return question.check(said, answers)
        except StationError as problem:
            click.echo(f"  {problem}", err=True)


def _only(choices: list[tuple[str, str]]) -> str | None:
    return choices[0][0] if len(choices) == 1 else None


def _show(choices: list[tuple[str, str]], offered: str | None) -> None:
    click.echo("", err=True)
    width = max(shutil.get_terminal_size().columns - 1, _INDENT + 20)
    for number, (name, title) in enumerate(choices, 1):
        mark = "*" if name == offered else " "
        line = f"  {mark}{number:2d}  {name:24}{title}"
        click.echo(textwrap.fill(line, width, subsequent_indent=" " * _INDENT), err=True)


def _prompted(question: Question, offered: str | None) -> str:
    hidden = question.key == SECRET
    shown = " [as it is]" if hidden and offered else ""
    answer = click.prompt(
        question.asks + shown, default=offered if not hidden else (offered or ""), hide_input=hidden,
        show_default=not hidden, err=True, value_proc=lambda text: text,
    )  # fmt: skip
    return str(answer).strip() if not hidden else str(answer)
