"""Options that say nothing beside others are refused, not silently passed over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import rich_click as click
from click.core import ParameterSource


def typed(context: click.Context, names: Iterable[str]) -> Iterator[str]:
    """Of these parameters the options that stand on the command line."""
    for parameter in context.command.params:
        name = parameter.name or ""
        if name in names and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            yield max(parameter.opts, key=len) if parameter.param_type_name == "option" else name.upper()


def needless(names: Iterable[str], where: str) -> None:
    """Refuse any of these parameters of the command that runs; `where`: "beside --settings".

    Raises
    ------
    UsageError : one sentence that names the option (exit 2).
    """
    context = click.get_current_context(silent=True)  # none: called, not typed
    if context is not None and (option := next(typed(context, frozenset(names)), None)):
        raise click.UsageError(f"{option} says nothing {where}.")
