"""Whatever a page tells a reader to type works: run for real, or held against the command's options."""

from __future__ import annotations

import subprocess
from pathlib import Path

import click
import pytest

from benchmarks.contract import names
from station.cli import COMMANDS, group, load, main
from tests.docs.commands import ROOT, Command, commands, files, mentions, pages

RUN = [path for path in pages() if any(not each.reason and not each.pattern for each in commands(path))]
VERBS = {"demo", "test", "lint", "bench", "docs", "torpor"}


@pytest.mark.parametrize("path", RUN, ids=lambda path: path.stem)
def test_the_commands_of_a_page_run_one_after_the_other(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "boards").symlink_to(ROOT / "boards")
    for name, text in files(path).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    for command in commands(path):
        if command.reason or command.pattern:
            continue
        if command.torpor is None:
            subprocess.run(command.words, check=True, timeout=60)
        else:
            code = main(command.torpor)
            assert code == 0, f"{command} ended with {code}: {capsys.readouterr().err}"


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.stem)
def test_every_command_exists_with_its_options(path: Path) -> None:
    wrong = [f"{each}: {why}" for each in (*commands(path), *mentions(path)) if (why := refused(each))]
    assert wrong == []


def refused(command: Command) -> str:
    """Why a command cannot be what its page says, "" if it can."""
    if command.verb and command.verb not in VERBS:
        return f"run.py has no {command.verb}"
    if command.verb == "bench":
        return "" if command.words[3] in names() else f"there is no bench {command.words[3]}"
    if command.torpor is None or command.verb in ("test", "lint", "docs"):
        return ""
    return _refused_by_click(list(command.torpor))


def _refused_by_click(words: list[str]) -> str:
    if not words or words[0].startswith("-"):
        return ""
    if words[0] not in COMMANDS:
        return f"torpor has no {words[0]}"
    inner, path = load(words[0]), words[0]
    words = words[1:]
    while isinstance(inner, click.Group) and words and not words[0].startswith("-"):
        found = inner.get_command(click.Context(inner), words[0])
        if found is None:
            return f"torpor {path} has no {words[0]}"
        inner, path, words = found, f"{path} {words[0]}", words[1:]
    return "" if isinstance(inner, click.Group) else _unknown_option(inner, path, words)


def _unknown_option(command: click.Command, path: str, words: list[str]) -> str:
    """Only names and numbers of words: values may be made up (a port, a file of the reader's)."""
    parser = command.make_parser(click.Context(command, info_name=path))
    try:
        parser.parse_args([word for word in words if word not in ("|", "...")])
    except click.BadOptionUsage as error:
        return "" if "requires an argument" in error.format_message() else error.format_message()
    except click.UsageError as error:
        return error.format_message()
    return ""


def test_a_wrong_command_is_found() -> None:
    def said(*words: str) -> str:
        return refused(Command("page.md", 1, words, ""))

    assert said("torpor", "fly") == "torpor has no fly"
    assert said("torpor", "node", "feed") == "torpor node has no feed"
    assert said("python3", "run.py", "demon") == "run.py has no demon"
    assert said("python3", "run.py", "bench", "speed") == "there is no bench speed"
    assert "--dayz" in said("torpor", "simulate", "--dayz", "3")
    assert said("torpor", "simulate", "--days", "3") == ""
    assert said("torpor", "simulate", "--days") == ""  # a sentence may name an option alone
    assert said("python3", "run.py", "torpor", "node", "add", "garden") == ""


def test_every_reason_is_one_of_few() -> None:
    """A command is not run for a good reason or not at all: whoever adds one adds it here."""
    known = {
        "a year each, and the network",
        "half a minute",
        "minutes each",
        "needs a board",
        "needs a log of yours",
        "needs a service of its own",
        "needs a station with pictures",
        "needs a terminal",
        "needs a week of logs",
        "needs openssl",
        "needs two logs of yours",
        "runs until Ctrl-C",
        "ten minutes",
        "three minutes",
    }
    reasons = {each.reason for path in pages() for each in commands(path) if each.reason}
    assert reasons == known


def group_names() -> list[str]:
    return group.list_commands(click.Context(group))


def test_every_command_of_ours_stands_on_some_page() -> None:
    told = {each.torpor[0] for path in pages() for each in (*commands(path), *mentions(path)) if each.torpor}
    assert set(group_names()) - told == set()
