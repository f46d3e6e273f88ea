"""`torpor provision`: three hundred nodes in one go, all of them or none, and again."""

from __future__ import annotations

import json
import re
import stat
import tomllib
from pathlib import Path

import numpy as np
import pytest
import zxingcpp

from boards import load_design
from station import cli
from station.store import Store

SECRET = "correct horse battery"
HEAD = "name,design,panel,battery,cells,wifi,host,latitude,longitude\n"
ROW = "{name},{design},{panel},,{cells},field,10.0.0.1,{latitude},{longitude}\n"
DESIGNS = ("pico-w-arducam-2mp", "pico-w-rtc", "esp32-cam", "xiao-s3-sense")


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TORPOR_DATA", raising=False)
    monkeypatch.setenv("TORPOR_WIFI_PASSWORD", SECRET)


def rows(count: int) -> str:
    return HEAD + "".join(
        ROW.format(
            name=f"node-{n:03d}", design=DESIGNS[n % 4], panel=("", "3", "panel-6w")[n % 3],
            cells=1 + n % 2, latitude=40 + n % 20, longitude=n % 30,
        )
        for n in range(count)
    )  # fmt: skip


def provision(capsys: pytest.CaptureFixture[str], text: str, *words: str) -> tuple[int, str, str]:
    Path("list.csv").write_text(text, "utf-8")
    code = cli.main(["provision", "list.csv", *words])
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err
    return code, said.out, said.err


def keys() -> dict[str, str]:
    with Store(Path("torpor-data")) as store:
        return {node.name: node.key.hex() for node in store.nodes()}


def test_three_hundred_nodes(capsys, tmp_path: Path) -> None:
    code, out, err = provision(capsys, rows(300))
    assert (code, err) == (0, "")
    assert "... and 260 more.\n300 nodes: 300 new. Labels: nodes/labels.html;" in out
    assert out.endswith(
        "  python3 run.py torpor deploy --board pico-w-arducam-2mp --settings nodes/node-000/settings.toml\n"
    )
    folders = sorted(path for path in Path("nodes").iterdir() if path.is_dir())
    assert len(folders) == 300
    secrets = keys()
    assert len(set(secrets.values())) == 300
    for folder in folders:
        settings = tomllib.loads((folder / "settings.toml").read_text("utf-8"))
        assert (settings["TORPOR_NODE"], settings["TORPOR_KEY"]) == (folder.name, secrets[folder.name])
        assert settings["TORPOR_WIFI_PASSWORD"] == SECRET
        assert stat.S_IMODE((folder / "settings.toml").stat().st_mode) == 0o600
    owner = load_design(Path("nodes/node-001/design.toml"))
    assert (owner.panel.v("rated"), owner.options["cells_parallel"]) == (3.0, 2)
    with Store(Path("torpor-data")) as store:
        node = store.node("node-001")
    assert node is not None
    assert (node.design, node.latitude) == (str(tmp_path / "nodes" / "node-001" / "design.toml"), 41.0)
    for sheet in ("labels.html", "nodes.json"):
        text = (Path("nodes") / sheet).read_text("utf-8")
        assert SECRET not in text
        assert not any(key in text for key in secrets.values())
    assert len(re.findall("<section>", (Path("nodes") / "labels.html").read_text("utf-8"))) == 300


SOUTH_WEST = HEAD + "quito,pico-w-rtc,3 W,2600 mAh,2,field,10.0.0.1,-0.18,-78.5\n"


def test_a_label_says_what_and_where(capsys) -> None:
    provision(capsys, SOUTH_WEST)
    page = Path("nodes/labels.html").read_text("utf-8")
    assert re.findall(r"<(?:h2|p)>([^<]*)</", page) == [
        "quito", "pico-w-rtc", "3 W, tilt 60°, looks to 0°", "2 x 2600 mAh NMC", "0.1800 S 78.5000 W",
    ]  # fmt: skip
    provision(capsys, SOUTH_WEST.replace("-0.18,-78.5", "0,0.5"))
    assert "<p>0.0000 N 0.5000 E</p>" in Path("nodes/labels.html").read_text("utf-8")


def test_the_code_of_a_label_leads_a_phone_to_the_nodes_page(capsys) -> None:
    provision(capsys, rows(3))
    drawings = re.findall("<svg.*?</svg>", Path("nodes/labels.html").read_text("utf-8"))
    assert [read(drawing) for drawing in drawings] == [
        f"http://10.0.0.1:8080/nodes/node-{n:03d}" for n in range(3)
    ]


def read(drawing: str) -> str:
    """What a phone reads: the squares of the drawing, each of four dots, to a decoder that is not ours."""
    (size,) = map(int, re.findall(r'viewBox="0 0 (\d+) ', drawing))
    (path,) = re.findall(r' d="([^"]*)"', drawing)
    squares = np.full((size, size), 255, np.uint8)
    x, y = 0.0, 0.0
    for kind, text in re.findall(r"([Mmh])([-\d. ]+)", path):
        found = [float(one) for one in re.findall(r"-?[\d.]+", text)]
        if kind == "h":  # a stroke, one square high
            squares[int(y), int(x) : int(x + found[0])] = 0
            x += found[0]
        else:
            x, y = (found[0], found[1]) if kind == "M" else (x + found[0], y + found[1])
    edges = (squares[:4], squares[-4:], squares[:, :4], squares[:, -4:])
    assert all(edge.min() == 255 for edge in edges)  # the standard's quiet zone
    (code,) = zxingcpp.read_barcodes(np.kron(squares, np.ones((4, 4), np.uint8)))
    return str(code.text)


def test_again_it_changes_only_what_is_different_and_completes_what_is_missing(capsys) -> None:
    provision(capsys, rows(6))
    before = keys()
    (Path("nodes/node-002/settings.toml")).unlink()
    changed = rows(7).replace("node-004,pico-w-arducam-2mp,3,", "node-004,pico-w-arducam-2mp,2,")
    code, out, _ = provision(capsys, changed, "--json")
    assert code == 0
    fates = {node["name"]: node["fate"] for node in json.loads(out)["nodes"]}
    assert fates == {
        "node-000": "as it was", "node-001": "as it was", "node-002": "new", "node-003": "as it was",
        "node-004": "changed", "node-005": "as it was", "node-006": "new",
    }  # fmt: skip
    after = keys()
    assert {name: after[name] for name in before} == before
    settings = tomllib.loads(Path("nodes/node-002/settings.toml").read_text("utf-8"))
    assert settings["TORPOR_KEY"] == before["node-002"]


def test_wrong_rows_are_named_and_nothing_is_done(capsys) -> None:
    lines = rows(6).splitlines(keepends=True)
    lines[2] = lines[2].replace("node-001", "Node 1")
    lines[4] = lines[4].replace("node-003", "node-000")
    lines[5] = lines[5].replace(",field,", ",,")
    lines[6] = lines[6].replace(",45,", ",95,")
    code, out, err = provision(capsys, "".join(lines))
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "list.csv, line 3: name is 'Node 1': expected 1 to 32 of a-z, 0-9, - and _, beginning with a letter"
        " or digit.",
        "list.csv, line 5: name is 'node-000', which line 2 has already.",
        "list.csv, line 6: wifi is missing: name of the Wi-Fi network.",
        "list.csv, line 7: latitude is '95': expected a number from -90 to 90.",
        "torpor: list.csv: 4 of 6 rows will not do; nothing was done.",
    ]
    assert sorted(path.name for path in Path().iterdir()) == ["list.csv"]


def test_of_many_wrong_rows_twenty_are_named(capsys) -> None:
    code, _, err = provision(capsys, rows(30).replace("10.0.0.1", ""))
    assert code == 2
    assert len(err.splitlines()) == 22
    assert "list.csv: and 10 more." in err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "list.csv: the column name is missing."),
        (HEAD, "list.csv: no node is in it; its first line names the columns."),
        ("name,colour\na,red\n", "list.csv: there is no column 'colour', there is name, board, design,"),
        ("name,name\na,b\n", "list.csv: the column name is there twice."),
        ("wifi\nhome\n", "list.csv: the column name is missing."),
        ("name,wifi\na\n", "list.csv, line 2: has not as many cells as the first line."),
        ("name,wifi\na,b,c\n", "list.csv, line 2: has not as many cells as the first line."),
        ('name,wifi\na,"b\n', "list.csv, line 2: is no CSV ("),
    ],
)
def test_a_list_that_is_none_is_one_sentence(capsys, text: str, sentence: str) -> None:
    code, _, err = provision(capsys, text)
    assert code == 2
    assert err.startswith(f"torpor: {sentence}")
    assert err.count("\n") == 1
    assert not Path("torpor-data").exists()


def test_what_is_the_same_for_all_and_a_password_of_ones_own(capsys, monkeypatch) -> None:
    monkeypatch.delenv("TORPOR_WIFI_PASSWORD")
    Path("all.toml").write_text('wifi = "field"\nhost = "10.0.0.1"\nlatitude = 50\nlongitude = 8\n'
                                'wifi_password_file = "wifi.txt"\n')  # fmt: skip
    Path("wifi.txt").write_text("all of them\n")
    text = f"name;wifi_password;host\none;;\ntwo;{SECRET};10.0.0.2\n"
    code, _, err = provision(capsys, text, "--from", "all.toml")
    assert (code, err) == (0, "")
    found = {name: tomllib.loads(Path(f"nodes/{name}/settings.toml").read_text()) for name in ("one", "two")}
    assert {name: (s["TORPOR_WIFI_PASSWORD"], s["TORPOR_HOST"]) for name, s in found.items()} == {
        "one": ("all of them", "10.0.0.1"), "two": (SECRET, "10.0.0.2"),
    }  # fmt: skip


def test_comments_before_the_head_count_as_lines(capsys) -> None:
    code, _, err = provision(capsys, "# the hedge\n# and the pond\n" + rows(1).replace("field", ""))
    assert code == 2
    assert err.startswith("list.csv, line 4: wifi is missing")


def test_a_dry_run_only_looks(capsys) -> None:
    code, out, _ = provision(capsys, rows(3), "--dry-run")
    assert code == 0
    assert out.endswith("All 3 rows are in order; nothing was done.\n")
    assert sorted(path.name for path in Path().iterdir()) == ["list.csv"]


def test_the_odds_of_each(capsys) -> None:
    code, out, _ = provision(capsys, rows(1), "--odds", "--years", "16", "--json")
    assert code == 0
    (node,) = json.loads(out)["nodes"]
    assert node["survives"] == 1.0
    assert Path("nodes/node-000/viability/viability.html").is_file()


EXCEL = "name;panel;battery;wifi;host;latitude;longitude"


@pytest.mark.parametrize(
    "text",
    [
        f"\ufeff{EXCEL}\r\nhedge;3,5 W;2,6 Ah;Gartennähe;10.0.0.1;51,30;-0,12\r\n;;;;;;\r\n",
        f"sep=;\r\n{EXCEL.title()};;\r\nhedge;3,5 W;2,6 Ah;Gartennähe;10.0.0.1;51,30;-0,12;;\r\n",
        f'{EXCEL.replace(";", ",")}\nhedge,"3,5",2600,Gartennähe,10.0.0.1,51.3,"-0,12"\n',
        f"{EXCEL}\nhedge;3.5;2600 mAh;Gartennähe;10.0.0.1;51.3;-.12\n".replace(";", "\t"),
    ],
)
def test_what_a_spreadsheet_saves_is_read(capsys, text: str) -> None:
    code, out, _ = provision(capsys, text, "--json")
    assert code == 0
    (node,) = json.loads(out)["nodes"]
    assert {key: node[key] for key in ("name", "panel_W", "battery_Ah", "latitude", "longitude")} == {
        "name": "hedge", "panel_W": 3.5, "battery_Ah": 2.6, "latitude": 51.3, "longitude": -0.12,
    }  # fmt: skip
    settings = tomllib.loads(Path("nodes/hedge/settings.toml").read_text("utf-8"))
    assert settings["TORPOR_WIFI_SSID"] == "Gartennähe"


def test_what_it_saves_in_its_own_alphabet_is_refused(capsys) -> None:
    Path("list.csv").write_bytes(f"{EXCEL}\nhedge;;;Gartennähe;10.0.0.1;1;1\n".encode("cp1252"))
    assert cli.main(["provision", "list.csv"]) == 2
    told = "torpor: list.csv: is no text in UTF-8 (a spreadsheet saves it as CSV UTF-8).\n"
    assert capsys.readouterr().err == told


def test_a_cell_below_no_name_is_refused(capsys) -> None:
    code, _, err = provision(capsys, "name,,wifi,\nhedge,,a,\npond,9,b,\n")
    assert (code, err) == (2, "torpor: list.csv, line 3: '9' has no name of a column above it.\n")
