"""The contract of every benchmark: one document, real names, an environment that names no machine."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import pytest

from benchmarks import __main__ as door
from benchmarks import contract
from benchmarks.contract import Progress, Result


def measured(progress: Progress) -> Result:
    progress("counting", 0.5)
    return Result({"rows": 3, "cells": {"graz": {"ours": 0.91}}}, {"python": {"rows_per_s": 12.5}})


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract, "find", lambda name: measured)


def test_json_is_one_document_with_the_four_parts(counting: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main(["count", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["name", "figures", "peers", "environment"]
    assert document["name"] == "count"
    assert document["figures"] == {"rows": 3, "cells": {"graz": {"ours": 0.91}}}
    assert document["peers"] == {"python": {"rows_per_s": 12.5}}


def test_without_json_a_person_reads_a_table(counting: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main(["count"]) == 0
    out = capsys.readouterr().out
    assert [
        word for word in ("cells.graz.ours", "0.91", "python.rows_per_s", "cores") if word not in out
    ] == []


def test_an_unknown_name_is_one_sentence_that_lists_the_names(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(contract, "names", lambda: ["shutter", "twin"])
    assert door.main(["twim"]) == 2
    assert capsys.readouterr().err == "bench: There is no benchmark 'twim'; there is: shutter, twin.\n"


def test_names_are_the_modules_with_a_run(tmp_path: Path) -> None:
    (tmp_path / "twin.py").write_text("def run(progress): ...\n")
    (tmp_path / "contract.py").write_text("def find(name): ...\n")
    (tmp_path / "__main__.py").write_text("def run(progress): ...\n")
    assert contract.names(tmp_path) == ["twin"]


def test_every_benchmark_there_is_can_be_found() -> None:
    assert [name for name in contract.names() if not callable(contract.find(name))] == []


def test_the_environment_names_versions_and_no_machine() -> None:
    environment = contract.environment()
    assert list(environment) == ["python", "platform", "cpu", "cores", "libraries"]
    assert platform.python_version() in str(environment["python"])
    assert "numpy" in environment["libraries"]  # type: ignore[operator]
    text = json.dumps(environment)
    private = [name for name in (platform.node(), str(Path.home())) if len(name) > 3 and name in text]
    assert private == []


def test_the_processor_is_read_where_linux_tells_it(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nmodel name\t: Some CPU @ 2.0GHz\nmodel name\t: other\n")
    assert contract.cpu_model(cpuinfo) == "Some CPU @ 2.0GHz"
    cpuinfo.write_text("processor\t: 0\n")
    assert contract.cpu_model(cpuinfo) == platform.machine()
