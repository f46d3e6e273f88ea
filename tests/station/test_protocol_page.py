"""The worked example of docs/protocol.md, computed from the page alone and by what twin and station use."""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
import zlib
from pathlib import Path

import pytest

from sim.protocol import (
    KINDS,
    LONGEST,
    LONGEST_ANSWER,
    LONGEST_HEAD,
    Sum,
    Target,
    answer_sign,
    answer_text,
    is_node_name,
    numbers_of,
    request,
    target_of,
    telemetry_of,
)

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "protocol.md").read_text("utf-8")
KEY = bytes.fromhex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
CONTENT = bytes.fromhex("ffd8ffd9")
LINE = '{"wake":7,"mV":3712,"soc":64,"waiting":0,"cause":2}'
EXAMPLE = [line.strip() for line in PAGE.partition("## Example")[2].splitlines() if line.startswith("    ")]
SIGNED, FOOTER, TEXT, SIGN = EXAMPLE[-4:]


def test_the_example_holds_by_the_words_of_the_page() -> None:
    words, _, content = SIGNED.partition(" + ")
    signed = words.replace("\\n", "\n").encode() + bytes.fromhex(content)
    digest = hmac.new(KEY, signed, hashlib.sha256).digest()
    footer = b"TPF1" + struct.pack("<I", zlib.crc32(CONTENT)) + digest
    assert bytes.fromhex(FOOTER) == footer
    assert json.loads(TEXT) == {"t": 1_750_000_000, "crc": zlib.crc32(CONTENT)}
    assert hmac.new(KEY, digest + b"201" + TEXT.encode(), hashlib.sha256).hexdigest() == SIGN


def test_the_code_makes_the_example() -> None:
    path = "/v1/nodes/garden/images/0000000a-1"
    made = Sum(KEY, "PUT", path, LINE, len(CONTENT))
    made.update(CONTENT)
    assert made.footer() == bytes.fromhex(FOOTER)
    assert made.refusal(bytes.fromhex(FOOTER)) == 0
    assert answer_text(1_750_000_000, made.crc32) == TEXT.encode()
    assert answer_sign(KEY, made.digest, 201, TEXT.encode()) == SIGN
    raw = request(KEY, path, CONTENT, LINE, host="192.168.1.10")
    head, _, body = raw.partition(b"\r\n\r\n")
    assert head.decode().split("\r\n") == EXAMPLE[:4]
    assert body == CONTENT + bytes.fromhex(FOOTER)


def test_the_page_names_the_limits_of_the_code() -> None:
    missing = [
        text
        for text in (
            f"{LONGEST:,}",
            str(LONGEST_HEAD),
            f"at most {LONGEST_ANSWER} bytes",
            *map("`{}`".format, KINDS),
        )
        if text not in PAGE
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/v1/nodes/garden/images/0000000a-1", Target("garden", "images", "0000000a-1")),
        ("/v1/nodes/garden/images/a/b", Target("garden", "images", "a/b")),
        ("/v1/nodes/garden", Target("garden", "", "")),
        ("/v1/nodes//images/a", None),
        ("/v1/nodes/", None),
        ("/v1/node/garden/images/a", None),
        ("", None),
    ],
)
def test_what_a_path_names(path: str, target: Target | None) -> None:
    assert target_of(path) == target


@pytest.mark.parametrize(
    ("kind", "key", "refusal"),
    [
        ("images", "a", 0), ("log", "A_z-9", 0), ("readings", "x" * 64, 0), ("images", "x" * 65, 400),
        ("images", "", 400), ("images", "a\n", 400), ("images", "ä", 400), ("films", "a", 404), ("", "", 404),
    ],
)  # fmt: skip
def test_what_home_keeps(kind: str, key: str, refusal: int) -> None:
    assert Target("garden", kind, key).refusal == refusal


@pytest.mark.parametrize(
    ("key", "boot"),
    [
        ("0000000a-1", "0000000a"),
        ("deadbeef-0000beef", "deadbeef"),
        ("a-1", ""),
        ("0000000A-1", ""),
        ("x", ""),
    ],
)
def test_a_key_tells_the_life_it_is_of(key: str, boot: str) -> None:
    assert Target("garden", "images", key).boot == boot


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a":1}', {"a": 1}), ("[1]", {}), ("", {}), ("{", {}), ("[" * 100_000, {}), ("1", {}),
        ('{"a":true,"b":1.5,"c":"1","d":null}', {"a": True, "b": 1.5, "c": "1", "d": None}),
    ],
)  # fmt: skip
def test_a_telemetry_line_that_is_none_says_nothing(text: str, told: dict[str, object]) -> None:
    assert telemetry_of(text) == told


def test_only_whole_numbers_that_fit_are_numbers() -> None:
    said = {"a": 1, "b": True, "c": 1.0, "d": "1", "e": 2**53, "f": -(2**53) + 1}
    assert numbers_of(said) == {"a": 1, "f": -(2**53) + 1}


@pytest.mark.parametrize(
    ("name", "good"), [("a", True), ("0-_", True), ("-a", False), ("A", False), ("", False)]
)
def test_what_a_node_may_be_called(name: str, good: bool) -> None:
    assert is_node_name(name) is good
