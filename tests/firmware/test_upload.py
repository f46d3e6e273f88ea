"""The upload: its bytes against an independent home station; and answers that must not delete anything."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import random
from collections.abc import Callable
from typing import Any

import pytest

from sim.home import Home, Inbox, Stored
from sim.watching import WakeNote

KEY = bytes.fromhex("5a" * 32)
EPOCH_s = 1_795_170_000
PICTURE = random.Random(7).randbytes(5000)
KEY_OF_IT = "0000000a-00001"


def run(coroutine: Any) -> Any:
    """Drive a coroutine that only awaits `pause`."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as end:
        return end.value


class Net:
    """A pool, its socket and the home station behind it; `take` is what one send() takes at most.

    `spoil(answer, number)` may change the answer to request `number`; an Exception instead is raised by
    recv_into. `piece` is what one recv_into gives at most.
    """

    AF_INET, SOCK_STREAM = 2, 1

    def __init__(self, take: int = 4096, piece: int = 1024) -> None:
        self.pictures: dict[str, bytes] = {}
        self.home = Home("garden", KEY, EPOCH_s, self.pictures.__setitem__)
        self.take, self.piece = take, piece
        self.spoil: Callable[[bytes, int], Any] = lambda answer, number: answer
        self.sent = b""
        self.breaks_after = math.inf  # bytes of all connections
        self.opened = self.answers = 0
        self.closed = True

    def socket(self, family: int, kind: int) -> Net:
        assert self.closed, "two connections at once"
        self.closed = False
        self.opened += 1
        self._inbox = Inbox(self.home)
        self._answer: Any = b""
        return self

    def settimeout(self, seconds: float) -> None:
        assert 0 < seconds < 8  # the watchdog's limit

    def connect(self, address: tuple[str, int]) -> None:
        assert address == ("192.168.1.10", 8080)

    def send(self, data: Any) -> int:
        part = bytes(data[: self.take])
        if len(self.sent) + len(part) > self.breaks_after:
            self.breaks_after = math.inf
            self._inbox.ended()
            raise OSError(104)
        self.sent += part
        answer = self._inbox.feed(part, 100.0)
        if answer is not None:
            self._answer = self.spoil(answer, self.answers)
            self.answers += 1
        return len(part)

    def recv_into(self, buffer: Any) -> int:
        if isinstance(self._answer, Exception):
            raise self._answer
        part = self._answer[: min(self.piece, len(buffer))]
        self._answer = self._answer[len(part) :]
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        self.closed = True


class Sender:
    def __init__(self, bench: Any, **net: int) -> None:
        self.module = bench.load("torpor.upload")
        self.net = Net(**net)
        self.pauses = 0
        settings = {"node": "garden", "key": "5a" * 32, "host": "192.168.1.10", "port": 8080, "tls": 0}
        self.session = self.module.Session(self.net, settings, '{"mV":3900}', self.pause, bytearray(1024))

    async def pause(self) -> None:
        self.pauses += 1

    def put(self, name: str = "images/" + KEY_OF_IT, content: bytes = PICTURE, resume: bool = False) -> Any:
        at = 0

        def read_into(piece: Any) -> None:
            nonlocal at
            piece[:] = content[at : at + len(piece)]
            at += len(piece)

        return run(self.session.put(name, len(content), read_into, resume))

    def failed(self, **how: Any) -> int:
        with pytest.raises(self.module.UploadError) as error:
            self.put(**how)
        assert self.net.closed  # a connection in doubt is not used again
        return int(error.value.status)


@pytest.fixture
def sender(shared: Any) -> Sender:
    shared.reset()
    return Sender(shared)


PATH = "/v1/nodes/garden/images/" + KEY_OF_IT


def broken(sender: Sender, after: int) -> None:
    """A session that breaks off when so many bytes of head and picture went."""
    sender.net.breaks_after = after
    assert sender.failed() == 0


@pytest.mark.parametrize("after", [1200, 2500, 5100])
def test_what_broke_off_is_resumed_where_it_ended(sender: Sender, after: int) -> None:
    broken(sender, after)
    there = len(sender.net.home.begun[PATH])
    assert 0 < there <= len(PICTURE)
    sent = len(sender.net.sent)
    assert sender.put(resume=True)["crc"]
    asked = f"HEAD {PATH} HTTP/1.1\r\nHost: 192.168.1.10\r\n\r\n"
    head = asked + f"PATCH {PATH} HTTP/1.1\r\nHost: 192.168.1.10\r\n"
    rest = sender.net.sent[sent:]
    assert rest.startswith(head.encode())
    assert f"Content-Length: {len(PICTURE) - there + 40}\r\n".encode() in rest
    assert f"Upload-Offset: {there}\r\n\r\n".encode() + PICTURE[there:] + b"TPF1" in rest
    assert sender.net.pictures == {KEY_OF_IT: PICTURE}
    assert sender.net.home.begun == {}


def test_where_home_has_nothing_it_is_sent_whole(sender: Sender) -> None:
    sender.put(resume=True)
    assert sender.net.sent.count(b"PATCH") == 0
    assert sender.net.pictures == {KEY_OF_IT: PICTURE}


def test_a_beginning_that_is_another_costs_one_try_and_nothing_else(sender: Sender) -> None:
    """Anybody can send the beginning of a request under this path; only its end is signed."""
    broken(sender, 2500)
    begun = sender.net.home.begun
    begun[PATH] = b"?" + begun[PATH][1:]
    assert sender.failed(resume=True) == 10  # not signed: it is no refusal of the picture
    assert (begun, sender.net.pictures) == ({}, {})
    sender.put(resume=True)
    assert sender.net.pictures == {KEY_OF_IT: PICTURE}


def test_a_beginning_that_is_longer_than_the_picture(sender: Sender) -> None:
    sender.net.home.begun[PATH] = bytes(9000)
    assert sender.failed(resume=True) == 10
    sender.put(resume=True)
    assert sender.net.pictures == {KEY_OF_IT: PICTURE}


@pytest.mark.parametrize("size", [0, 1, 31, 32, 63, 64])
@pytest.mark.parametrize("length", [0, 1, 55, 56, 63, 64, 65, 1000])
def test_hmac_against_the_standard_library(shared: Any, size: int, length: int) -> None:
    chance = random.Random(size * 1000 + length)
    key, data = chance.randbytes(size), chance.randbytes(length)
    mac = shared.load("torpor.upload").Hmac(key)
    for at in range(0, length, 17):
        mac.update(memoryview(data)[at : at + 17])
    assert mac.digest() == hmac.new(key, data, hashlib.sha256).digest()


def test_the_bytes_on_the_wire(sender: Sender) -> None:
    answer = sender.put(content=b"jpeg")
    signed = b'PUT\n/v1/nodes/garden/images/0000000a-00001\n{"mV":3900}\n4\njpeg'
    assert sender.net.sent == (
        b"PUT /v1/nodes/garden/images/0000000a-00001 HTTP/1.1\r\nHost: 192.168.1.10\r\n"
        b'Content-Length: 44\r\nX-Torpor: {"mV":3900}\r\nUpload-Offset: 0\r\n\r\njpegTPF1\x32\xcb\x72\xea'
        + hmac.new(KEY, signed, hashlib.sha256).digest()
    )
    assert answer == {"t": EPOCH_s + 100, "crc": 0xEA72CB32}


@pytest.mark.parametrize("length", [1, 1023, 1024, 1025, 2048, 5000])
def test_every_length_arrives_whole(sender: Sender, length: int) -> None:
    sender.put(content=PICTURE[:length])
    assert sender.net.pictures == {KEY_OF_IT: PICTURE[:length]}


@pytest.mark.parametrize("take", [1, 7, 1023, 1460])
@pytest.mark.parametrize("piece", [1, 100])
def test_short_sends_and_short_answers(bench: Any, take: int, piece: int) -> None:
    sender = Sender(bench, take=take, piece=piece)
    sender.put()
    assert sender.net.pictures == {KEY_OF_IT: PICTURE}


def test_it_pauses_around_everything_that_may_block(bench: Any) -> None:
    sender = Sender(bench, piece=50)
    sender.put(content=PICTURE[:1024])
    answer_pieces = -(-len(signed_answer(200, {"t": EPOCH_s + 100, "crc": 4294967295})) // 50)
    assert sender.pauses == pytest.approx(
        1 + 1 + 1 + 1 + answer_pieces, abs=1
    )  # connect, head, piece, footer


def test_requests_share_a_connection(sender: Sender) -> None:
    sender.put()
    sender.put("images/0000000a-00002")
    sender.put("log/1", b"12345678")
    assert (sender.net.opened, len(sender.net.pictures), len(sender.net.home.logs)) == (1, 2, 1)


def test_a_repetition_is_welcome(sender: Sender) -> None:
    sender.put()
    assert sender.put()["t"] == EPOCH_s + 100
    assert len(sender.net.pictures) == 1


def signed_answer(status: int, body: Any, digest: bytes = b"", key: bytes = KEY) -> bytes:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    sign = hmac.new(key, digest + b"%d" % status + text, hashlib.sha256).hexdigest().encode()
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nX-Torpor-Sign: %s\r\n\r\n%s" % (
        status,
        len(text),
        sign,
        text,
    )


def digest_of(sender: Sender) -> bytes:
    return sender.net.sent[-32:]


def flip(answer: bytes, at: int) -> bytes:
    return answer[:at] + bytes([answer[at] ^ 1]) + answer[at + 1 :]


SPOILT: dict[str, tuple[Callable[[bytes], Any], int]] = {
    "nothing": (lambda a: b"", 0),
    "no answer in time": (lambda a: OSError(116), 0),
    "reset": (lambda a: OSError(104), 0),
    "cut in the head": (lambda a: a[:30], 0),
    "cut in the body": (lambda a: a[:-1], 0),
    "no length": (lambda a: a.replace(b"Content-Length", b"Content-Langth"), 0),
    "length that is no number": (lambda a: a.replace(b"Content-Length: ", b"Content-Length: x"), 0),
    "too long": (lambda a: b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000, 0),
    "endless head": (lambda a: b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500, 10),
    "another protocol": (lambda a: b"SSH-2.0-x " + a, 0),
    "status that is no number": (lambda a: a.replace(b"1.1 201", b"1.1 2x1"), 0),
    "unsigned": (lambda a: a.replace(b"X-Torpor-Sign", b"X-Torpor-Sagn"), 10),
    "unsigned 200 of a proxy": (lambda a: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 10),
    "unsigned 413 of a proxy": (lambda a: b"HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n", 10),
    "signature cut": (
        lambda a: a.replace(b"\r\n\r\n", b"\r\n\r\n", 1)[: a.find(b"Sign: ") + 16] + b"\r\n\r\n",
        0,
    ),
    "other status under the signature": (lambda a: a.replace(b"1.1 201", b"1.1 200"), 10),
    "forged time": (lambda a: a.replace(b'"t": 17', b'"t": 27'), 10),
}


@pytest.mark.parametrize("name", SPOILT)
def test_an_answer_that_does_not_verify_is_no_answer(sender: Sender, name: str) -> None:
    spoil, status = SPOILT[name]
    seen = []

    def spoilt(answer: bytes, number: int) -> Any:
        changed = spoil(answer)
        assert changed != answer
        seen.append(changed)
        return changed

    sender.net.spoil = spoilt
    assert sender.failed() == status
    assert seen


def test_each_byte_of_the_signed_part_counts(sender: Sender) -> None:
    answers: list[bytes] = []
    sender.net.spoil = lambda answer, number: answers.append(answer) or answer
    sender.put()
    length = len(answers[0])
    sign, body = answers[0].find(b"Sign: ") + 6, answers[0].find(b"\r\n\r\n") + 4
    for at in [*range(sign, sign + 64), *range(body, length)]:
        sender.net.spoil = lambda answer, number, at=at: flip(answer, at)  # type: ignore[misc]
        assert sender.failed() == 10, at


def test_an_old_answer_cannot_be_played_back(sender: Sender) -> None:
    answers: list[bytes] = []
    sender.net.spoil = lambda answer, number: answers.append(answer) or answer
    sender.put()
    sender.net.spoil = lambda answer, number: answers[0]
    assert sender.failed(content=PICTURE[::-1], name="images/0000000a-00002") == 10


def test_an_answer_signed_with_another_key(sender: Sender) -> None:
    sender.net.spoil = lambda answer, number: signed_answer(
        200, {"t": 1, "crc": 0}, digest_of(sender), key=b"\0" * 32
    )
    assert sender.failed() == 10


@pytest.mark.parametrize("status", [400, 401, 404, 409, 413, 422, 429, 500, 503])
def test_a_signed_refusal_says_its_status(sender: Sender, status: int) -> None:
    sender.net.spoil = lambda answer, number: signed_answer(status, {"t": 1, "crc": 0}, digest_of(sender))
    assert sender.failed() == status


def test_a_signed_200_about_other_bytes(sender: Sender) -> None:
    sender.net.spoil = lambda answer, number: signed_answer(200, {"t": 1, "crc": 12345}, digest_of(sender))
    assert sender.failed() == 200


def test_a_signed_answer_that_is_no_json(sender: Sender) -> None:
    sender.net.spoil = lambda answer, number: signed_answer(200, b"fine", digest_of(sender))
    assert sender.failed() == 0


@pytest.mark.parametrize("at", [0, 300, 1300, 5100])
def test_bytes_changed_on_the_way_are_refused(sender: Sender, at: int) -> None:
    send = sender.net.send

    def noisy(data: Any) -> int:
        part = bytearray(data[: sender.net.take])
        place = at - len(sender.net.sent)
        if 0 <= place < len(part):
            part[place] ^= 4
        return send(bytes(part))

    sender.net.send = noisy  # type: ignore[method-assign]
    assert sender.failed() in (0, 10)
    assert sender.net.pictures == {}


# -- the whole burst: what is deleted, and what blocks whom -------------------------------------------


class Burst:
    """UPLOAD as the table runs it, with pictures in the spool and this file's network."""

    def __init__(self, bench: Any, pictures: int = 3) -> None:
        self.bench = bench
        self.wake = bench.awake()
        self.net = Net()
        bench.files.folders.add("/spool")
        for number in range(pictures):
            bench.files.files[f"/spool/0000000a-{number:05d}.jpg"] = PICTURE[number:]
        self.burst = bench.load("burst")
        bench.load("torpor.link").pool = lambda: self.net
        self.machine = bench.load("torpor.machine")

    def refuse(self, number: int, status: int) -> None:
        self.net.spoil = lambda answer, n: (
            signed_answer(status, {"t": 1, "crc": 0}, self.net.sent[-32:]) if n == number else answer
        )

    def send(self) -> int:
        return int(self.bench.do(self.burst.send(self.wake)))

    def waiting(self) -> list[str]:
        return sorted(path[7:-4] for path in self.bench.files.files if path.startswith("/spool/"))

    def events(self) -> list[tuple[int, int]]:
        """What was journalled: sent home with the log, and what came after it."""
        raw = b"".join(log for _, log in self.net.home.logs)
        sent = [raw[at : at + 8] for at in range(0, len(raw), 8)]
        found: list[tuple[int, int]] = self.bench.events(sent + self.wake.journal.entries)
        return found


@pytest.fixture
def burst(bench: Any) -> Burst:
    return Burst(bench)


def test_what_is_acknowledged_is_deleted_and_the_journal_follows(
    burst: Burst, reason: dict[str, int]
) -> None:
    assert burst.send() == burst.machine.OK
    assert burst.waiting() == []
    assert len(burst.net.pictures) == 3
    assert burst.wake.record.waiting == 0
    assert burst.wake.record.sync_s == EPOCH_s + 100
    assert burst.events()[-2:] == [(reason["LOG_SENT"], 0), (reason["SENT"], 3)]
    assert burst.bench.events(burst.wake.journal.entries) == burst.events()[-2:]


def test_the_counter_is_set_right_by_what_really_waits(burst: Burst) -> None:
    burst.wake.record.waiting = 40
    burst.send()
    assert burst.wake.record.waiting == 0


@pytest.mark.parametrize("name", SPOILT)
def test_nothing_is_deleted_without_a_signed_answer(bench: Any, name: str, reason: dict[str, int]) -> None:
    burst = Burst(bench)
    burst.net.spoil = lambda answer, number: SPOILT[name][0](answer) if number == 1 else answer
    assert burst.send() == burst.machine.FAIL
    assert burst.waiting() == ["0000000a-00001", "0000000a-00002"]
    assert burst.wake.record.waiting == 2
    assert burst.wake.record.link_fails == 1
    assert (reason["SEND_FAILED"], SPOILT[name][1] // 10) in burst.events()


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_a_refusal_that_may_pass_stops_the_session(bench: Any, status: int, reason: dict[str, int]) -> None:
    burst = Burst(bench)
    burst.refuse(0, status)
    assert burst.send() == burst.machine.FAIL
    assert len(burst.waiting()) == 3
    assert (reason["SEND_FAILED"], status // 10) in burst.events()


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_poisoned_picture_does_not_block_the_queue(bench: Any, status: int, reason: dict[str, int]) -> None:
    burst = Burst(bench)
    burst.refuse(0, status)
    assert burst.send() == burst.machine.OK
    assert burst.waiting() == []
    assert burst.wake.record.waiting == 0
    assert burst.events().count((reason["REFUSED"], status // 10)) == 1
    assert burst.events()[-1] == (reason["SENT"], 2)
    assert burst.wake.record.link_fails == 0


def test_a_key_that_is_taken_is_drawn_anew(burst: Burst, reason: dict[str, int]) -> None:
    burst.net.home.pictures["0000000a-00000"] = Stored("0000000a-00000", 0.0, 1, 0)
    assert burst.send() == burst.machine.OK
    assert burst.waiting() == []
    boot = f"{burst.wake.record.boot:08x}"
    assert boot != "0000000a"
    assert burst.net.pictures[boot + "-00000"] == PICTURE
    assert (reason["REFUSED"], 40) in burst.events()
    assert burst.events()[-1] == (reason["SENT"], 3)


def test_a_log_that_is_refused_does_not_count_against_the_link(burst: Burst, reason: dict[str, int]) -> None:
    burst.refuse(3, 413)
    assert burst.send() == burst.machine.OK
    assert burst.wake.record.link_fails == 0
    assert (reason["LOG_SENT"], 0) not in burst.events()
    left = burst.bench.events(burst.wake.journal.entries)
    assert left[0] == (reason["NEW_LIFE"], 0)  # the journal still has everything
    assert left[-2:] == [(reason["REFUSED"], 41), (reason["SENT"], 3)]


def test_at_most_twenty_pictures_in_a_session(bench: Any) -> None:
    burst = Burst(bench, pictures=23)
    burst.send()
    assert burst.waiting() == ["0000000a-00020", "0000000a-00021", "0000000a-00022"]
    assert burst.wake.record.waiting == 3


def test_on_the_bench_pictures_that_cannot_be_deleted_are_not_sent(burst: Burst) -> None:
    burst.bench.files.readonly = True
    assert burst.send() == burst.machine.OK
    assert len(burst.waiting()) == 3
    assert burst.net.pictures == {}


def test_failures_in_a_row_let_more_and_more_wakes_pass(bench: Any) -> None:
    burst = Burst(bench, pictures=1)
    burst.net.spoil = lambda answer, number: OSError(116)
    told = []
    for _ in range(7):
        burst.send()
        told.append(burst.wake.record.skip_links)
    assert told == [0, 2, 6, 14, 30, 32, 32]


class InFifo(Burst):
    """A picture that only the camera's FIFO holds: the drive is not ours. Of its readings from now on some
    are wrong in one byte of the scan, by their number."""

    def __init__(self, bench: Any, wrong: Any) -> None:
        super().__init__(bench, pictures=0)
        wake = self.wake
        bench.files.readonly = True
        bench.twin.life.note = WakeNote(1, bench.world.now, "pin", math.nan)  # who looks on
        wake.rails.on("camera", lambda: wake.camera and wake.camera.close())
        bench.pass_s(0.1)
        wake.camera = bench.load("arducam").open(wake)
        wake.camera.start(640, 480)
        wake.frame = wake.camera.frame()
        wake.frame.begin()
        assert bench.do(bench.load("picture").capture(wake)) == self.machine.OK
        self.stored = bench.do(bench.load("storing").store(wake))
        memory = bench.hardware._camera.fifo(bench.world.now)
        self.picture = memory[wake.shot[0] :][: wake.shot[1]]
        self.readings, rewind, read_into = 0, wake.frame.rewind, wake.frame.read_into

        def rewound() -> None:
            rewind()
            self.readings += 1

        def read(piece: Any) -> int:
            count = read_into(piece)
            if self.readings in wrong and wake.frame._left < wake.frame.size // 2 < wake.frame._left + count:
                piece[0] ^= 4
            return int(count)

        wake.frame.rewind, wake.frame.read_into = rewound, read


@pytest.mark.parametrize(
    ("wrong", "readings"), [((), 1), ((1,), 3), ((2,), 1), ((1, 3), 5), ((1, 3, 4), 7), ((1, 2), 5)]
)
def test_a_picture_in_the_fifo_that_reads_otherwise_is_read_again(
    bench: Any, wrong: tuple[int, ...], readings: int
) -> None:
    """Sent, checked, sent, ...: until a reading that is sent is the one that was checked."""
    burst = InFifo(bench, wrong)
    assert not bench.hardware._camera._sensor.running  # it stands by meanwhile
    assert burst.send() == burst.machine.OK
    assert burst.net.pictures == {burst.wake.key: burst.picture}
    assert burst.readings == readings
    assert burst.wake.shot is None and burst.wake.record.waiting == 0


def test_a_picture_in_the_fifo_that_never_reads_the_same_is_never_finished(
    bench: Any, reason: dict[str, int]
) -> None:
    burst = InFifo(bench, range(1, 100, 2))
    burst.wake.camera.close, burst.wake.record.link_fails = lambda: None, 3
    assert burst.send() == burst.machine.OK
    assert burst.net.pictures == {} and burst.net.closed
    assert burst.wake.shot is not None
    assert burst.wake.record.link_fails == 0  # the link is well
    assert bench.do(bench.load("resting").settle(burst.wake)) == burst.machine.OK
    assert burst.wake.record.waiting == 0
    assert burst.events().count((reason["RETAKEN"], 10)) == bench.load("storing").TRIES
    assert (reason["SEND_FAILED"], 0) in burst.events()
