"""Settings, Wi-Fi, station and sleep: from what a check told to what the doctor says."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from typing import Any

from station.doctor_case import Case
from station.doctor_table import Finding, finding

_WEAK_dBm = -75
_SLOW_ms = 6000
_CLOCK_s = 300
#: ECONNREFUSED as CircuitPython has it (lwIP's and newlib's).
_REFUSED = (111, errno.ECONNREFUSED)
_UNSIGNED = 10  # torpor.upload: an answer that is not signed with this key


def of_wifi(case: Case) -> Iterator[Finding]:
    bad = case.heard.one("settings.bad")
    if bad:
        yield finding("settings.bad", text=bad["text"])
        return
    if case.heard.one("wifi.already") is not None:
        yield finding("wifi.already")
    failures, joined = case.heard.all("wifi.failed"), case.heard.one("wifi.joined")
    if joined is None and failures:
        yield _unjoined(case, failures)
    elif joined is not None:
        yield from _joined(case, failures, joined)
    elif case.by_air:
        yield from _weak(case)


def _unjoined(case: Case, failures: list[dict[str, Any]]) -> Finding:
    heard, ssid = case.heard.one("wifi.heard"), str(case.settings.get("TORPOR_WIFI_SSID", ""))
    text = failures[-1]["text"]
    if heard is not None and heard["dBm"] is None:
        others = ", ".join(heard["others"]) or "nothing"
        return finding("wifi.unheard", ssid=ssid, like=_like(ssid, heard["others"]), others=others)
    if "auth" in text.lower() or "password" in text.lower():
        return finding("wifi.password", ssid=ssid)
    return finding("wifi.failed", ssid=ssid, text=text, dBm=heard["dBm"] if heard else "?")


def _like(ssid: str, others: list[str]) -> str:
    """A name that differs in capitals or blanks only is the likeliest mistake."""

    def plain(name: str) -> str:
        return "".join(name.split()).casefold()

    like = [name for name in others if plain(name) == plain(ssid)]
    return f" But '{like[0]}' is: capitals and blanks count." if like else ""


def _joined(case: Case, failures: list[dict[str, Any]], joined: dict[str, Any]) -> Iterator[Finding]:
    if failures:
        yield finding("wifi.again", text=failures[0]["text"])
    if joined["ms"] > _SLOW_ms:
        yield finding("wifi.slow", s=joined["ms"] / 1000.0)
    yield from _weak(case)
    address = case.heard.one("wifi.address")
    if address and address["address"] in ("None", "0.0.0.0"):
        yield finding("wifi.address")


def _weak(case: Case) -> Iterator[Finding]:
    heard = case.heard.one("wifi.heard")
    if heard and heard["dBm"] is not None and heard["dBm"] < _WEAK_dBm:
        yield finding("wifi.weak", dBm=heard["dBm"])


def of_home(case: Case) -> Iterator[Finding]:
    where = {"host": case.settings.get("TORPOR_HOST", "?"), "port": case.settings.get("TORPOR_PORT", 8080)}
    if case.heard.one("home.unknown"):
        yield finding("home.unknown", **where)
    silent, refused = case.heard.one("home.silent"), case.heard.one("home.refused")
    if silent:
        yield finding("home.refused" if silent["number"] in _REFUSED else "home.silent", **where)
    if refused:
        code = {0: "home.no_answer", _UNSIGNED: "home.not_ours"}.get(refused["status"], "home.status")
        yield finding(code, status=refused["status"], **where)
    took = case.heard.one("home.took")
    if took and case.now_s and abs(took["t"] - case.now_s) > _CLOCK_s:
        yield finding("home.clock", minutes=abs(took["t"] - case.now_s) / 60.0)


def of_sleep(case: Case) -> Iterator[Finding]:
    told = case.heard.one
    if no_clock := told("sleep.no_clock"):
        yield finding("sleep.no_clock", text=no_clock["text"])
    clock = told("sleep.clock")
    if clock and not 0.8 < clock["ms"] / clock["asked_ms"] < 1.5:  # some timers count whole seconds
        yield finding("sleep.clock", wanted=clock["asked_ms"] / 1000.0, s=clock["ms"] / 1000.0)
    if no_pin := told("sleep.no_pin"):
        yield finding("sleep.no_pin", pin=case.pin("pir"), text=no_pin["text"])
    pin, waits, pir = told("sleep.pin"), told("sleep.waits"), told("pir.seen")
    if pin and waits and not pin["by"] and pir and pir["rises"]:  # else the check of the PIR has said it
        yield finding("sleep.unmoved", seconds=waits["seconds"])
    yield from _deep(case)
    usb = told("sleep.usb")
    if usb and usb["usb"]:
        yield finding("sleep.usb")


def _deep(case: Case) -> Iterator[Finding]:
    """The real sleep: whether anything came after it, when, and why the board says that it started."""
    silent, slept, woke = (case.heard.one(f"deep.{code}") for code in ("silent", "slept", "woke"))
    if silent:
        yield finding("deep.silent", s=silent["waited_s"])
    if slept and slept["ms"] < 0.8 * slept["asked_ms"]:
        yield finding("deep.early", s=slept["ms"] / 1000.0, wanted=slept["asked_ms"] / 1000.0)
    after = str(case.design.board.caps["reset_reason_after_sleep"])
    if woke and woke["by"] != "clock" and woke["reset"] != after:  # at the prompt only the reason is left
        yield finding("deep.woke", by=woke["by"], reset=woke["reset"])
