"""`python -m benchmarks NAME [--json]`: run one benchmark; `run.py bench` calls it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks import contract
from station.errors import Exit, verdict


@click.command(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Benchmarks here: " + (", ".join(contract.names()) or "none yet") + ".",
)
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(name: str, as_json: bool) -> None:
    """Measure NAME: figures of ours and, in the same call on the same work, of its peers."""
    run = contract.find(name)
    with shown_progress() as progress:
        document = contract.document(name, run(progress))
    if as_json:
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        Console(highlight=False).print(*tables(document))


@contextmanager
def shown_progress() -> Iterator[contract.Progress]:
    """Show a bar on stderr while a benchmark runs (only on a terminal)."""
    screen = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bars:
        task = bars.add_task("starting", total=1.0)

        def tell(what: str, share: float) -> None:
            bars.update(task, description=what, completed=share)

        yield tell


def tables(document: Mapping[str, object]) -> list[Table]:
    """Return a document as tables for a person: figures, peers, environment."""
    made = []
    for part in ("figures", "peers", "environment"):
        content = document[part]
        if not isinstance(content, Mapping) or not content:
            continue
        table = Table("what", "value", title=f"{document['name']}: {part}", title_justify="left")
        for path, value in leaves(content):
            table.add_row(path, said(value))
        made.append(table)
    return made


def leaves(content: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    """Yield the values of nested mappings with their path ("libraries.numpy")."""
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{above}{name}.")
        else:
            yield above + str(name), value


def said(value: object) -> str:
    """Return a figure as a person reads it."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; an error is one sentence on stderr and an exit code."""
    try:
        command.main(args=arguments, prog_name="run.py bench", standalone_mode=False)
        return Exit.OK
    except click.ClickException as problem:
        click.echo(f"bench: {problem.format_message()}", err=True)
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("bench: Interrupted.", err=True)
        return Exit.INTERRUPTED
    except contract.BenchmarkError as problem:
        click.echo(f"bench: {problem}", err=True)
        return Exit.USAGE
    except Exception as error:
        sentence, code = verdict(error)
        click.echo(f"bench: {sentence}", err=True)
        return code


if __name__ == "__main__":
    sys.exit(main())
