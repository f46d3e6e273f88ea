"""The guided start: one question after the other at a terminal; back, help, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import rich_click as click

from station.errors import StationError
from station.new_answers import QUESTIONS, SECRET, Answers, Question

BACK, HELP = "<", "?"
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
    place = 0
    while place < len(QUESTIONS):
        question = QUESTIONS[place]
        try:
            if question.key == SECRET:
                secret = _asked(question, answers, secret)
            else:
                answers[question.key] = _asked(question, answers, _offered(question, before, answers))
                kept({**before, **answers})
            place += 1
        except _Back:
            place = max(0, place - 1)
            before = {**before, **answers}
            answers.pop(QUESTIONS[place].key, None)
    return answers, secret or ""


def _offered(question: Question, before: Mapping[str, str], answers: Mapping[str, str]) -> str | None:
    """What was answered before, if it still fits; else the default."""
    if question.key in before:
        try:
            return question.check(before[question.key], answers)
        except StationError:
            pass
    return question.default(answers)


def _asked(question: Question, answers: Answers, offered: str | None) -> str:
    """One answer that is in order."""
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
            said = choices[int(said) - 1][0]
        try:
            return question.check(said, answers)
        except StationError as problem:
            click.echo(f"  {problem}", err=True)


def _only(choices: list[tuple[str, str]]) -> str | None:
    return choices[0][0] if len(choices) == 1 else None


def _show(choices: list[tuple[str, str]], offered: str | None) -> None:
    click.echo("", err=True)
    for number, (name, title) in enumerate(choices, 1):
        mark = "*" if name == offered else " "
        click.echo(f"  {mark}{number:2d}  {name:24}{title}", err=True)


def _prompted(question: Question, offered: str | None) -> str:
    hidden = question.key == SECRET
    shown = " [as it is]" if hidden and offered else ""
    answer = click.prompt(
        question.asks + shown, default=offered if not hidden else (offered or ""), hide_input=hidden,
        show_default=not hidden, err=True, value_proc=lambda text: text,
    )  # fmt: skip
    return str(answer).strip() if not hidden else str(answer)
