"""The `torpor` command: finds the subcommands and loads only the one that runs.

Help must come at once, so a subcommand's module (and pvlib or matplotlib behind it) is imported when the
subcommand runs, not when it is listed.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec

import rich_click as click
from click.shell_completion import get_completion_class

from station import __version__
from station.errors import MEANING, Exit, verdict

#: Subcommand -> the line that `torpor --help` shows; it lives as `command` in station/<name>_command.py.
COMMANDS: dict[str, str] = {
    "simulate": "Run a node through a year of weather in the twin.",
    "viability": "Will it survive the winter: the odds, and what would change them.",
    "size": "The smallest panel and battery that keep a promise.",
    "compare": "Policies, designs and sites side by side; or two logs.",
    "analyse": "What a log says about a node: costs, sleep floor, battery life, limits.",
    "site": "A panel's worth and its shade from a week of logs, and the odds of winter.",
    "plot": "States, energy and plots of a log, the twin's or a real one.",
    "convert": "Any log as Parquet or CSV: INA219 loggers, Power Profiler, Joulescope.",
    "new": "A new node, step by step: settings, wiring, its odds, what comes next.",
    "provision": "Many new nodes from one list: folders, keys, labels.",
    "deploy": "Everything that a node needs, onto its board; only what differs.",
    "doctor": "What is wrong with a node and what to do; or with its settings file.",
    "rollback": "What lay on a board before the last deploy, back onto it.",
    "record": "A bench logger's readings from a serial port, with a live plot.",
    "receive": "The home station: take what nodes send, and keep it.",
    "node": "Add nodes that may send, their keys, designs and settings.",
    "detect": "Every board that is here: port, drive, serial number, version.",
    "card": "What a node's LED says while you hang it up, on one page to print.",
    "flash": "CircuitPython onto a board, by its UF2 drive or an ESP chip's loader.",
    "export": "Copy pictures out: plain folders with EXIF, Camtrap DP.",
    "boards": "The node designs, their parts and every figure with its source.",
    "completion": "Print the script that completes torpor's words in a shell.",
}

#: How `torpor --help` puts them: in the order in which somebody with a garden meets them.
GROUPS = {
    "Before you buy": ("viability", "size", "compare", "simulate", "boards"),
    "A node": ("new", "provision", "detect", "flash", "deploy", "rollback", "doctor", "card"),
    "At home": ("receive", "node", "export"),
    "Logs of a current": ("record", "analyse", "site", "plot", "convert"),
    "This command": ("completion",),
}
click.rich_click.COMMAND_GROUPS = {
    "torpor": [{"name": name, "commands": list(commands)} for name, commands in GROUPS.items()]
}

EPILOG = "Exit codes: " + "; ".join(f"{code.value} {meaning}" for code, meaning in MEANING.items()) + "."


class LazyGroup(click.RichGroup):
    """A group whose subcommands are modules of this package, named in COMMANDS."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the subcommands that this checkout has."""
        del ctx
        return [name for name in COMMANDS if name == "completion" or find_spec(module_of(name))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return what help and completion need of a subcommand: its name and its line."""
        if cmd_name not in self.list_commands(ctx):
            return None
        return click.RichCommand(name=cmd_name, help=COMMANDS[cmd_name])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the real subcommand, importing its module."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, load(name) if name and command else command, rest


def module_of(name: str) -> str:
    return f"station.{name}_command"


def load(name: str) -> click.Command:
    """Import a subcommand."""
    if name == "completion":
        return completion
    command = importlib.import_module(module_of(name)).command
    assert isinstance(command, click.Command)
    return command


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="torpor")
def group() -> None:
    """Keeps a solar garden camera alive: its firmware's twin, its energy, its logs."""


@click.command(name="completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes torpor's words in SHELL.

    Put `eval "$(torpor completion bash)"` into .bashrc (zsh: .zshrc), or for fish save it as
    ~/.config/fish/completions/torpor.fish.
    """
    kind = get_completion_class(shell)
    assert kind is not None  # the choices above are click's own
    click.echo(kind(group, {}, "torpor", "_TORPOR_COMPLETE").source_template % _names_in_the_script())


def _names_in_the_script() -> dict[str, str]:
    return {
        "complete_func": "_torpor_completion",
        "complete_var": "_TORPOR_COMPLETE",
        "prog_name": "torpor",
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; every way out is an exit code, and an error is one sentence on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # an old code page has no box lines: "?", not an error
            stream.reconfigure(errors="replace")
    try:
        code = group.main(args=arguments, prog_name="torpor", standalone_mode=False)
        return code if isinstance(code, int) else Exit.OK
    except click.ClickException as problem:
        return _complain(problem.format_message() + _advice(problem), Exit(problem.exit_code))
    except (click.Abort, KeyboardInterrupt):
        return _complain("Interrupted.", Exit.INTERRUPTED)
    except BrokenPipeError:
        return _reader_gone()
    except SystemExit as left:  # click and rich leave with 1 where nobody reads on
        if not isinstance(left.__context__, BrokenPipeError):
            raise
        return _reader_gone()
    except Exception as error:
        if os.environ.get("TORPOR_TRACEBACK"):
            raise
        return _complain(*verdict(error))


def _reader_gone() -> int:
    """Somebody piped into `head`: that is no failure."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.OK


def _advice(problem: click.ClickException) -> str:
    context = getattr(problem, "ctx", None)
    return f" ({context.command_path} --help says what it takes)" if context else ""


def _complain(sentence: str, code: Exit) -> int:
    click.echo(f"torpor: {sentence}", err=True)
    return code
