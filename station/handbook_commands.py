"""The page of all commands, from click."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rich_click as click

from station.cli import COMMANDS, group, load
from station.errors import MEANING

_HEAD = """\
# Commands

<!-- This page is made by station/handbook_commands.py from the commands: change their help. -->

    python3 run.py torpor --help

`python3 run.py torpor` and, after its first start, `.venv/bin/torpor` are the same. Every command takes `--help`. Words are
completed in the shell by `eval "$(torpor completion bash)"` (zsh and fish as well).
"""


def commands_page() -> str:
    """Return docs/reference/commands.md."""
    there = group.list_commands(click.Context(group))
    lines = [
        _HEAD,
        *_overview(there),
        *(line for name in there for line in _command(name, load(name), 2)),
        *_codes(),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _overview(names: list[str]) -> Iterator[str]:
    yield "| command | |"
    yield "|---|---|"
    yield from (f"| [{name}](#{name}) | {COMMANDS[name]} |" for name in names)
    yield ""


def _command(path: str, command: click.Command, depth: int) -> Iterator[str]:
    yield f"{'#' * depth} {path}\n"
    if isinstance(command, click.Group):
        yield f"{_prose(command.help)}\n"
        for name in command.list_commands(click.Context(command)):
            inner = command.get_command(click.Context(command), name)
            assert inner is not None
            yield from _command(f"{path} {name}", inner, depth + 1)
        return
    context = click.Context(command, info_name=f"torpor {path}")
    yield f"    {context.command_path} {' '.join(command.collect_usage_pieces(context))}\n"
    yield f"{_prose(command.help)}\n"
    yield from _options(command, context)


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    """A row for each option, as `--help` has them."""
    records = [each.get_help_record(context) for each in command.params if isinstance(each, click.Option)]
    rows = [row for row in records if row]
    if not rows:
        return
    yield "| option | |"
    yield "|---|---|"
    yield from (f"| `{_cell(names)}` | {_cell(_prose(words))} |" for names, words in rows)
    yield ""


def _prose(text: str | None) -> str:
    """A docstring's paragraphs with their lines joined; a paragraph after \\b keeps them."""
    paragraphs = re.split(r"\n\s*\n", (text or "").strip())
    return "\n\n".join(
        "```\n" + part.strip("\b\n") + "\n```" if part.lstrip().startswith("\b") else " ".join(part.split())
        for part in paragraphs
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;") if "`" in text else text.replace("|", "\\|")


def _codes() -> Iterator[str]:
    yield "## Exit codes\n"
    yield "| | |"
    yield "|---|---|"
    yield from (f"| {code.value} | {meaning} |" for code, meaning in MEANING.items())
