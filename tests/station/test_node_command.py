"""`torpor node` as its owner meets it, and the commands that docs/station.md names."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import rich_click as click

from station import cli
from station.store import Store

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "station.md").read_text("utf-8")


def test_a_node_is_added_and_its_key_shown_once(run, tmp_path: Path) -> None:
    code, out, err = run("node add garden --design pico-w-arducam-2mp")
    assert code == 0
    found = re.fullmatch(r'TORPOR_NODE = "garden"\nTORPOR_KEY = "([0-9a-f]{64})"\n', out)
    assert found
    assert err == "These lines go into the node's settings.toml; the key is not shown again.\n"
    with Store(tmp_path / "data") as store:
        (node,) = store.nodes()
        assert (node.key.hex(), node.design) == (found[1], "pico-w-arducam-2mp")
    for line in ("node list", "node list --json"):
        assert found[1] not in run(line)[1]
    again = run("node rotate-key garden")[1]
    assert again.startswith('TORPOR_NODE = "garden"\n')
    assert found[1] not in again


@pytest.mark.parametrize(
    "line", ["node list", "node log garden", "node set garden TORPOR_BATCH=3", "export folder out",
             "export camtrap-dp out --by me"],
)  # fmt: skip
def test_whoever_only_asks_makes_no_station(run, tmp_path: Path, line: str) -> None:
    code, out, err = run(line)
    assert (code, out) == (2, "")
    assert err == f"torpor: {tmp_path / 'data'}: no station has its data there (--data).\n"
    assert not (tmp_path / "data").exists()


def test_the_list_as_json(run) -> None:
    run("node add garden --design pico-w-rtc")
    run("node set garden TORPOR_BATCH=3")
    run("node place garden 52.5 -13.25")
    run("node keep garden --gb 2")
    document = json.loads(run("node list --json")[1])
    (node,) = document["nodes"]
    assert document["version"] == 1
    assert node.pop("added_s") > 1_700_000_000
    assert node == {
        "name": "garden", "design": "pico-w-rtc", "heard_s": None, "stored_bytes": 0,
        "settings_number": 1, "settings_at_node": None, "settings": {"TORPOR_BATCH": 3},
        "latitude": 52.5, "longitude": -13.25, "keep_days": None, "keep_bytes": 2_000_000_000,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("TORPOR_BATCH=99", "TORPOR_BATCH is 99, expected a whole number 1 to 20."),
        ("TORPOR_BATCH=three", "TORPOR_BATCH is three, expected a whole number 1 to 20."),
        ("TORPOR_BATCH", "'TORPOR_BATCH' is no setting: expected KEY=VALUE."),
        ("TORPOR_KEY=00", "TORPOR_KEY is set at the node itself, not over the air."),
        ("TORPOR_HOST=10.0.0.1", "TORPOR_HOST is set at the node itself, not over the air."),
        ("TORPOR_LOW_PCT=40",
         "TORPOR_LOW_PCT 40 < TORPOR_HIGH_PCT 38 <= TORPOR_FULL_PCT 60 does not hold."),
    ],
)  # fmt: skip
def test_the_nodes_own_rules_check_its_settings(run, settings: str, sentence: str) -> None:
    run("node add garden --design pico-w-arducam-2mp")
    assert run(f"node set garden {settings}") == (2, "", f"torpor: {sentence}\n")


def test_a_setting_that_no_node_has(run) -> None:
    run("node add garden --design pico-w-arducam-2mp")
    code, _, err = run("node set garden TORPOR_BTCH=3")
    assert code == 2
    assert err.startswith("torpor: TORPOR_BTCH is no setting of a node; there is: TORPOR_LOW_PCT, ")


def test_without_a_design_nobody_knows_what_a_setting_may_be(run) -> None:
    run("node add garden")
    code, _, err = run("node set garden TORPOR_BATCH=3")
    assert (code, "torpor node design garden DESIGN" in err) == (2, True)
    assert run("node design garden pico-w-rtc")[0] == 0
    code, out, _ = run("node set garden TORPOR_BATCH=3")
    assert (code, out) == (
        0, "garden gets settings 1 with its next upload, if it takes settings over the air.\n"
    )  # fmt: skip


@pytest.mark.parametrize("line", ["node rotate-key shed", "node design shed pico-w-rtc", "node set shed A=1"])
def test_a_node_that_is_not_there(run, line: str) -> None:
    run("node add garden")
    assert run(line) == (2, "", "torpor: There is no node 'shed'; there is: garden.\n")


def test_a_log_needs_a_journal_and_a_design(run, tmp_path: Path) -> None:
    run("node add garden")
    code, _, err = run(f"node log garden --out {tmp_path}/a.csv")
    assert (code, err) == (
        2, "torpor: Node garden has no design, which names its states: torpor node design garden DESIGN.\n"
    )  # fmt: skip
    run("node design garden pico-w-rtc")
    code, _, err = run(f"node log garden --out {tmp_path}/a.csv")
    assert (code, err) == (
        1, "torpor: Node garden has sent no journal with readings of its meter yet.\n"
    )  # fmt: skip
    assert not (tmp_path / "a.csv").exists()


def test_a_design_that_is_not_there_adds_no_node(run) -> None:
    code, _, err = run("node add garden --design nope")
    assert code == 2
    assert 'There is no design "nope"' in err
    assert json.loads(run("node list --json")[1])["nodes"] == []


def commands() -> list[str]:
    """Every torpor command in a block of the page."""
    lines = [line.strip() for line in PAGE.splitlines() if line.startswith("    ")]
    found = [re.search(r"(?:^|run\.py |bin/)torpor ([a-z].*?)(?:\s+#.*)?$", line) for line in lines]
    return [match[1] for match in found if match]


def test_the_page_names_commands() -> None:
    assert len(commands()) == 22


@pytest.mark.parametrize("line", commands())
def test_every_command_of_the_page_can_be_given(line: str) -> None:
    words = shlex.split(line)
    command: click.Command | None = cli.load(words.pop(0))
    context = click.Context(command)
    while isinstance(command, click.Group):
        command = command.get_command(context, words.pop(0))
    assert command is not None
    command.make_context("torpor", words)  # raises where an option or argument does not exist
