"""The owner's settings: a sentence for each wrong key, the last good set in nvm, changed files read again."""

from __future__ import annotations

from typing import Any

import pytest

GOOD = {
    "TORPOR_NODE": "garden",
    "TORPOR_KEY": "5a" * 32,
    "TORPOR_WIFI_SSID": "home",
    "TORPOR_WIFI_PASSWORD": "twelve words",
    "TORPOR_HOST": "192.168.1.10",
}
FILE = "/settings.toml"


def read(bench: Any, **changes: Any) -> Any:
    values = {**GOOD, **changes}
    return bench.load("torpor.validate").read(lambda key: values.get(key))


def refused(bench: Any, **changes: Any) -> tuple[int, str]:
    error = bench.load("torpor.validate").SettingsError
    with pytest.raises(error) as caught:
        read(bench, **changes)
    assert bench.load("torpor.validate").KEYS[caught.value.index][0] in str(caught.value)
    return caught.value.index, str(caught.value)


def test_defaults(bench: Any) -> None:
    node = bench.load("rows")
    assert read(bench) == {
        "node": "garden", "key": "5a" * 32, "ssid": "home", "password": "twelve words",
        "host": "192.168.1.10", "port": 8080, "low_pct": node.LOW_PCT, "high_pct": node.HIGH_PCT,
        "full_pct": 60, "batch": 1, "holdoff_s": 30, "night": 1, "dark_luma": 24, "spool_kib": 0, "join_s": 7,
        "latitude": 90, "wakes_h": 60, "heartbeat_h": 0, "longitude": 0,
        "zero_uV": 0, "address": "", "gateway": "", "tls": 0, "cfg": 0,
    }  # fmt: skip


@pytest.mark.parametrize("key", ["TORPOR_NODE", "TORPOR_KEY", "TORPOR_WIFI_SSID", "TORPOR_HOST"])
def test_missing_keys(bench: Any, key: str) -> None:
    _, said = refused(bench, **{key: None})
    assert said == f"{key} is missing in settings.toml"


NUMBERS = [
    ("TORPOR_PORT", 1, 65535, {}),
    ("TORPOR_LOW_PCT", 5, 60, {"TORPOR_HIGH_PCT": "70", "TORPOR_FULL_PCT": "90"}),
    ("TORPOR_HIGH_PCT", 10, 80, {"TORPOR_LOW_PCT": "5", "TORPOR_FULL_PCT": "90"}),
    ("TORPOR_FULL_PCT", 20, 100, {"TORPOR_LOW_PCT": "5", "TORPOR_HIGH_PCT": "10"}),
    ("TORPOR_BATCH", 1, 20, {}),
    ("TORPOR_HOLDOFF_S", 5, 3600, {}),
    ("TORPOR_NIGHT", 0, 1, {}),
    ("TORPOR_DARK_LUMA", 0, 255, {}),
    ("TORPOR_SPOOL_KIB", 0, 100000, {}),
    ("TORPOR_JOIN_S", 2, 7, {}),
    ("TORPOR_LATITUDE", -89, 90, {}),
    ("TORPOR_LONGITUDE", -180, 180, {}),
    ("TORPOR_HEARTBEAT_H", 0, 0, {}),  # no clock: none can be promised
]


@pytest.mark.parametrize(("key", "low", "high", "beside"), NUMBERS)
def test_numbers_at_their_limits(bench: Any, key: str, low: int, high: int, beside: dict[str, str]) -> None:
    keys = [row[0] for row in bench.load("torpor.validate").KEYS]
    name = bench.load("torpor.settings").NAMES[keys.index(key)]
    for value in (low, low + 1, high - 1, high):
        if low <= value <= high:
            assert read(bench, **{**beside, key: str(value)})[name] == value
            assert read(bench, **{**beside, key: value})[name] == value  # 10.1 gives whole numbers as such
    for wrong in (str(low - 1), str(high + 1), "many", "", "1.5"):
        _, said = refused(bench, **{**beside, key: wrong})
        assert said == f"{key} is {wrong}, expected a whole number {low} to {high}"


TEXTS = [("TORPOR_NODE", 1, 32), ("TORPOR_WIFI_SSID", 1, 32), ("TORPOR_HOST", 1, 64)]


@pytest.mark.parametrize(("key", "low", "high"), TEXTS)
def test_texts_at_their_limits(bench: Any, key: str, low: int, high: int) -> None:
    for length in (low, low + 1, high - 1, high):
        read(bench, **{key: "x" * length})
    for length in (low - 1, high + 1):
        _, said = refused(bench, **{key: "x" * length})
        assert said == f"{key} has {length} characters, expected {low} to {high}"


def test_passwords(bench: Any) -> None:
    for length in (0, 8, 9, 63, 64):
        read(bench, TORPOR_WIFI_PASSWORD="p" * length)
    for length in (1, 7, 65):
        refused(bench, TORPOR_WIFI_PASSWORD="p" * length)


@pytest.mark.parametrize("wrong", ["192.168.1", "192.168.1.256", "192.168.1.1.1", "a.b.c.d", "192.168..1"])
@pytest.mark.parametrize("key", ["TORPOR_ADDRESS", "TORPOR_GATEWAY"])
def test_addresses(bench: Any, key: str, wrong: str) -> None:
    both = {"TORPOR_ADDRESS": "192.168.1.50", "TORPOR_GATEWAY": "192.168.1.1"}
    assert read(bench, **both)["address"] == "192.168.1.50"
    assert refused(bench, **{**both, key: wrong})[1] == (
        f"{key} is {wrong}, expected four numbers such as 192.168.1.50"
    )
    assert refused(bench, **{**both, key: None})[1].startswith("TORPOR_ADDRESS and TORPOR_GATEWAY need each")


def test_keys_of_the_node(bench: Any) -> None:
    read(bench, TORPOR_KEY="0123456789abcdefABCDEF" + "0" * 42)
    for wrong in ("0" * 63, "0" * 65, "0" * 63 + "g", "g" + "0" * 63, "0" * 30 + "xyz?" + "0" * 30):
        refused(bench, TORPOR_KEY=wrong)


@pytest.mark.parametrize(
    ("low", "high", "full", "holds"),
    [(29, 30, 30, True), (30, 30, 40, False), (31, 30, 40, False), (20, 40, 39, False), (20, 40, 40, True)],
)
def test_the_three_thresholds_stand_in_order(bench: Any, low: int, high: int, full: int, holds: bool) -> None:
    thresholds = {"TORPOR_LOW_PCT": low, "TORPOR_HIGH_PCT": high, "TORPOR_FULL_PCT": full}
    if holds:
        read(bench, **thresholds)
    else:
        _, said = refused(bench, **thresholds)
        assert said.endswith("does not hold")


def test_what_is_packed_has_the_names_of_what_is_read(bench: Any) -> None:
    keys = [row[0] for row in bench.load("torpor.validate").KEYS]
    *names, number = bench.load("torpor.settings").NAMES
    shown = [key.removeprefix("TORPOR_").removeprefix("WIFI_").lower() for key in keys]
    assert [name.lower() for name in names] == shown
    assert number == "cfg"


def test_a_set_of_another_version_is_read_anew(bench: Any) -> None:
    settings = bench.load("torpor.settings")
    values = {**read(bench), "more": 1}
    settings.NAMES.append("more")
    settings.write(settings.pack(values), lambda: True)
    assert settings.load()[0] == values
    settings.NAMES.pop()
    assert settings.load() == (None, False)


@pytest.fixture
def packed(bench: Any) -> Any:
    bench.files.files[FILE] = b"one"
    settings = bench.load("torpor.settings")
    settings.write(settings.pack(read(bench)), lambda: True)
    return settings


def test_what_was_packed_comes_back_fresh(bench: Any, packed: Any) -> None:
    assert packed.load() == (read(bench), True)


def test_a_changed_file_is_noticed(bench: Any, packed: Any) -> None:
    bench.files.files[FILE] = b"four"
    assert packed.load() == (read(bench), False)
    del bench.files.files[FILE]
    assert packed.load() == (read(bench), False)


def test_an_empty_nvm_holds_none(bench: Any) -> None:
    assert bench.load("torpor.settings").load() == (None, False)


def test_every_damaged_byte_is_noticed(bench: Any, packed: Any) -> None:
    length = bench.nvm[packed.START] | bench.nvm[packed.START + 1] << 8
    for at in [0, 1, 2, 3, 4, 5, *range(14, 14 + length)]:
        bench.nvm[packed.START + at] ^= 0x10
        assert packed.load()[0] is None, at
        bench.nvm[packed.START + at] ^= 0x10
    assert packed.load()[0] is not None


def test_the_longest_settings_fit(bench: Any) -> None:
    longest = read(
        bench, TORPOR_NODE="n" * 32, TORPOR_WIFI_SSID="s" * 32, TORPOR_WIFI_PASSWORD="p" * 64,
        TORPOR_HOST="h" * 64, TORPOR_PORT=65535, TORPOR_FULL_PCT=100, TORPOR_BATCH=20, TORPOR_HOLDOFF_S=3600,
        TORPOR_DARK_LUMA=255, TORPOR_SPOOL_KIB=100000, TORPOR_LATITUDE=-45, TORPOR_WAKES_H=1000,
        TORPOR_LONGITUDE=-180, TORPOR_ADDRESS="192.168.100.100", TORPOR_GATEWAY="192.168.100.101",
        TORPOR_ZERO_UV=-50,
    )  # fmt: skip
    longest["cfg"] = 0x1FFFF  # the longest that torpor.remote makes of it
    settings = bench.load("torpor.settings")
    settings.write(settings.pack(longest), lambda: True)
    assert settings.load()[0] == longest
    assert set(bench.nvm[: settings.START]) == set(bench.nvm[settings.START + settings.SIZE : 1024]) == {0xFF}


def test_settings_that_do_not_fit_are_refused_whole(bench: Any, packed: Any) -> None:
    before = bytes(bench.nvm)
    with pytest.raises(ValueError, match="at most 498 fit"):
        packed.pack({**read(bench), "password": '"' * 400})
    assert bytes(bench.nvm) == before


@pytest.mark.parametrize("allowed", [False, True])
def test_a_rewrite_waits_for_charge(bench: Any, packed: Any, allowed: bool) -> None:
    nvm = bench.load("microcontroller").nvm
    assert nvm.rewrites == 0  # the first set went into erased bytes
    packed.write(packed.pack(read(bench, TORPOR_PORT=81)), lambda: allowed)
    assert packed.load()[0]["port"] == (81 if allowed else 8080)
    assert nvm.rewrites == int(allowed)


# -- what BOOT makes of it ---------------------------------------------------------------------------


def booted(bench: Any, environment: dict[str, str], reason: str, alarm: str | None) -> tuple[Any, int]:
    bench.reset(reason, alarm)
    bench.machine.environment = environment
    wake = bench.wake()
    outcome = bench.load("waking").boot(wake)
    if wake.packed:  # as SLEEP does
        bench.load("torpor.settings").write(wake.packed, lambda: True)
    return wake, outcome


def test_boot_keeps_the_last_good_set_when_the_file_is_spoilt(bench: Any, reason: dict[str, int]) -> None:
    bench.files.files[FILE] = b"one"
    assert booted(bench, GOOD, "POWER_ON", None)[1] == 0
    bench.files.files[FILE] = b"spoilt"
    wake, outcome = booted(bench, {**GOOD, "TORPOR_PORT": "0"}, "POWER_ON", None)
    assert (outcome, wake.settings["port"]) == (0, 8080)
    assert (reason["SETTINGS_BAD"], 5) in bench.events(wake.journal.entries)
    assert wake.config is not None


def test_boot_reads_a_changed_file(bench: Any, reason: dict[str, int]) -> None:
    bench.files.files[FILE] = b"one"
    booted(bench, GOOD, "POWER_ON", None)
    wake, _ = booted(bench, {**GOOD, "TORPOR_PORT": "81"}, "POWER_ON", None)
    assert wake.settings["port"] == 8080  # the file's size and time are the same
    bench.files.files[FILE] = b"three"
    wake, _ = booted(bench, {**GOOD, "TORPOR_PORT": "81"}, "POWER_ON", None)
    assert wake.settings["port"] == 81
    assert (reason["SETTINGS_NEW"], 0) in bench.events(wake.journal.entries)


def test_boot_fails_without_any_settings_and_says_which_key(bench: Any, reason: dict[str, int]) -> None:
    wake, outcome = booted(bench, {}, "POWER_ON", None)
    assert outcome == bench.load("torpor.machine").FAIL
    assert (reason["SETTINGS_BAD"], 0) in bench.events(wake.journal.entries)


def test_boot_survives_settings_too_long_to_pack(bench: Any, reason: dict[str, int]) -> None:
    long = {"TORPOR_WIFI_PASSWORD": "\x01" * 64, "TORPOR_WIFI_SSID": '"' * 32, "TORPOR_HOST": "h" * 64}
    wake, outcome = booted(bench, {**GOOD, **long}, "POWER_ON", None)
    assert (outcome, wake.settings["ssid"]) == (0, '"' * 32)
    assert bench.events(wake.journal.entries)[-1] == (reason["SETTINGS_BAD"], 255)


def test_a_new_life_counts_the_pictures_on_the_drive(bench: Any) -> None:
    bench.files.folders.add("/spool")
    bench.files.files["/spool/0000000a-00001.jpg"] = b"x"
    bench.files.files["/spool/0000000a-00002.jpg"] = b"x"
    bench.files.files["/spool/0000000a-00003.jpg.tmp"] = b"x"
    wake, _ = booted(bench, GOOD, "POWER_ON", None)
    assert wake.record.waiting == 2
    assert "/spool/0000000a-00003.jpg.tmp" not in bench.files.files
