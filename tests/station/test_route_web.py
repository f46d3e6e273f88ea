"""The web route against a server with the documented ways of CircuitPython's, over real sockets."""

from __future__ import annotations

import base64
import hashlib
import random
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.deploy_board import EmbeddedBoard
from benchmarks.deploy_web_board import WebBoard, WebFaults
from station.deploy_route import BootOut, NoRoom, ReadOnly, RouteError, RouteLost, Space
from station.errors import Exit
from station.route_web import WebRoute, web_route
from station.route_web_console import ConsoleWire

PASSWORD = "winter garden"
RAW = random.Random(8).randbytes(5000)
FILES = {
    "code.py": b"print('garden')\n",
    "lib/torpor/deep/raw.bin": RAW,
    "lib/torpor/policy.py": Path("firmware/lib/torpor/policy.py").read_bytes(),
    "empty.txt": b"",
    "é #1.txt": b"a name to be quoted",
}


@pytest.fixture(scope="module")
def embedded() -> Iterator[EmbeddedBoard]:
    with EmbeddedBoard() as one:
        yield one


Start = Callable[..., WebBoard]


@pytest.fixture
def start(embedded: EmbeddedBoard, tmp_path: Path) -> Iterator[Start]:
    """Starts a board with an empty drive; `how` is WebBoard's."""
    running: list[WebBoard] = []

    def started(**how: Any) -> WebBoard:
        embedded.insert(tmp_path)
        running.append(WebBoard(embedded, **how))
        return running[-1]

    yield started
    for one in running:
        one.stop()


def route_to(board: WebBoard, password: str = PASSWORD) -> WebRoute:
    route = web_route(board.host, password)
    route.client.pause = lambda seconds: None
    return route


def put(route: WebRoute) -> None:
    for path, content in FILES.items():
        route.write(path, content)


def lies(folder: Path) -> dict[str, bytes]:
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != "boot_out.txt"}


def test_says_which_board(start: Start) -> None:
    route = route_to(start(room=100 * 512))
    assert route.boot() == BootOut((10, 2, 1), "10.2.1", "ai-thinker-esp32-cam", "7C9EBD4A0F31")
    assert route.space() == Space(100 * 512, 99 * 512, 512)
    assert route.files() == {"boot_out.txt": 150}


def test_writes_reads_and_sums(start: Start, tmp_path: Path) -> None:
    board = start()
    route = route_to(board)
    with route.quiet():
        put(route)
    assert board.reloads == 0
    assert lies(tmp_path) == FILES
    assert route.read("lib/torpor/deep/raw.bin") == RAW
    assert {path: size for path, size in route.files().items() if path != "boot_out.txt"} == {
        path: len(content) for path, content in FILES.items()
    }
    wanted = {path: hashlib.sha256(content).hexdigest() for path, content in FILES.items()}
    assert route.digests([*FILES, "nowhere.py"]) == wanted
    route.close()


def test_without_quiet_the_program_starts_again_with_every_file(start: Start) -> None:
    board = start()
    route_to(board).write("code.py", b"pass\n")
    assert board.reloads == 1


def test_a_shorter_file_over_a_longer_one(start: Start, tmp_path: Path) -> None:
    route = route_to(start())
    route.write("a.py", b"longer " * 500)
    route.write("a.py", b"short")
    assert (tmp_path / "a.py").read_bytes() == b"short"


def test_renames_and_deletes(start: Start, tmp_path: Path) -> None:
    route = route_to(start())
    put(route)
    route.rename("code.py", "lib/code.old")
    route.delete("empty.txt")
    route.delete("empty.txt")
    with pytest.raises(RouteError, match=r"^lib on web 127\.0\.0\.1:\d+: the folder is not empty\.$"):
        route.delete("lib")
    with pytest.raises(RouteError, match=r"lib/code.old on .* something of that name is there already"):
        route.rename("é #1.txt", "lib/code.old")
    with pytest.raises(RouteError, match=r"nowhere.py on .* it is not there"):
        route.rename("nowhere.py", "b.py")
    assert (tmp_path / "lib/code.old").read_bytes() == FILES["code.py"]
    assert (tmp_path / "lib/torpor/deep/raw.bin").exists()


@pytest.mark.parametrize("old_500", [True, False])
def test_usb_holds_the_drive(start: Start, old_500: bool) -> None:
    route = route_to(start(usb=True, old_500=old_500))
    for work in (lambda: route.write("code.py", b"pass"), lambda: route.delete("a"), route.quiet().__enter__):
        with pytest.raises(ReadOnly, match="USB holds the drive") as caught:
            work()
        assert caught.value.exit_code == Exit.READ_ONLY


def test_a_500_of_another_cause_is_tried_again(start: Start, tmp_path: Path) -> None:
    route_to(start(faults=WebFaults(unsure=2))).write("code.py", b"pass")
    assert (tmp_path / "code.py").read_bytes() == b"pass"


def test_no_room(start: Start) -> None:
    with pytest.raises(NoRoom, match=r"raw.bin on .* the drive is full") as caught:
        route_to(start(room=4000)).write("raw.bin", RAW)
    assert caught.value.exit_code == Exit.NO_SPACE


@pytest.mark.parametrize("seed", range(10))
def test_cut_bodies_lost_replies_and_wrong_bytes(start: Start, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    print(f"seed {seed}")
    cuts = sorted(draw.sample(range(1, 9000), 3))
    faults = WebFaults(
        cut_put=cuts, no_reply=frozenset(draw.sample(range(1, 20), 4)), rotten=draw.randrange(3)
    )
    board = start(faults=faults)
    route = route_to(board)
    put(route)
    route.rename("code.py", "main.py")
    route.delete("empty.txt")
    assert faults.cut_put == []
    expected = {path: what for path, what in FILES.items() if path not in ("code.py", "empty.txt")}
    assert lies(tmp_path) == {**expected, "main.py": FILES["code.py"]}


def test_a_rename_whose_reply_was_lost(start: Start, tmp_path: Path) -> None:
    route = route_to(start(faults=WebFaults(no_reply=frozenset({3}))))
    route.write("a.py", b"one")  # two requests: PUT and GET
    route.rename("a.py", "b.py")
    assert lies(tmp_path) == {"b.py": b"one"}


def test_bytes_that_never_come_right(start: Start) -> None:
    with pytest.raises(RouteError, match=r"raw.bin reads back differently .* 5 times") as caught:
        route_to(start(faults=WebFaults(rotten=99))).write("raw.bin", RAW)
    assert caught.value.exit_code == Exit.MISMATCH


def test_sent_on_to_its_own_name_with_the_password(start: Start, tmp_path: Path) -> None:
    board = start(alias="localhost")
    route = web_route(f"localhost:{board.port}", PASSWORD)
    route.write("code.py", b"pass")
    assert (tmp_path / "code.py").read_bytes() == b"pass"
    assert route.name == f"web 127.0.0.1:{board.port}"


def test_sent_in_circles(start: Start) -> None:
    board = start(alias="127.0.0.1")
    with pytest.raises(RouteError, match="sends every request elsewhere"):
        route_to(board).boot()


def test_wrong_password_is_said_and_never_shown(start: Start) -> None:
    route = route_to(start(), "summer garden")
    assert route.boot().text == "10.2.1"  # anybody may ask that
    with pytest.raises(RouteError, match="refuses the password: it is CIRCUITPY_WEB_API_PASSWORD") as caught:
        route.files()
    assert caught.value.exit_code == Exit.NETWORK
    for secret in ("summer garden", base64.b64encode(b":summer garden").decode()):
        assert secret not in str(caught.value) + repr(route)


def test_a_board_without_a_password(start: Start) -> None:
    with pytest.raises(RouteError, match="lets nobody in: set CIRCUITPY_WEB_API_PASSWORD"):
        route_to(start(password="")).files()


@pytest.mark.parametrize(("length", "fits"), [(43, True), (44, True), (45, False)])
def test_the_longest_password(start: Start, length: int, fits: bool) -> None:
    password = "p" * length
    board = start(password=password)
    if fits:
        assert route_to(board, password).files() == {"boot_out.txt": 150}
        return
    with pytest.raises(
        RouteError, match=r"the password has 45 bytes; of more than 44 a board keeps"
    ) as caught:
        route_to(board, password)
    assert caught.value.exit_code == Exit.USAGE


@pytest.mark.parametrize(("length", "fits"), [(251, True), (252, False)])
def test_the_longest_path(start: Start, length: int, fits: bool) -> None:
    route, path = route_to(start()), "d" * length
    if fits:
        route.write(path, b"x")
        assert route.read(path) == b"x"
        return
    with pytest.raises(RouteError, match="longer than the 251 bytes"):
        route.write(path, b"x")


def test_restart_waits_until_the_board_is_back(start: Start) -> None:
    board = start(faults=WebFaults(refused=3))
    route = route_to(board)
    with route.quiet():
        route.write("code.py", b"pass")
    assert route.restart() == ""
    assert board.boots == 1
    assert route.boot().text == "10.2.1"


def test_a_stopped_program_starts_again_at_the_end(start: Start, embedded: EmbeddedBoard) -> None:
    route = route_to(start())
    with route.quiet():
        pass
    route.close()
    assert embedded.feed(b"") == b""
    assert embedded.feed(b"x") == b"dark, 12 lux\r\n"  # the program runs: it is not at a prompt


def test_a_console_that_somebody_else_has(start: Start, tmp_path: Path) -> None:
    board = start(console=False)
    route = route_to(board)
    with route.quiet():
        route.write("code.py", b"pass")
    assert (tmp_path / "code.py").read_bytes() == b"pass"
    assert "is not to be had" in route.notes[0]
    assert route.restart() is None


@pytest.mark.parametrize("host", ["a..b", f"{'a' * 64}.local", "h:99999"])
def test_a_name_that_no_host_can_have(host: str) -> None:
    with pytest.raises(RouteError, match=f"{re.escape(host)} is no host and port") as refused:
        web_route(host, PASSWORD).boot()
    assert refused.value.exit_code == Exit.USAGE


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    route = web_route(f"127.0.0.1:{port}", PASSWORD)
    route.client.pause = lambda seconds: None
    with pytest.raises(RouteLost, match=r"nobody listens there. After a brown-out") as caught:
        route.boot()
    assert caught.value.exit_code == Exit.NETWORK


def test_somebody_else_answers() -> None:
    """Not a board: a page."""
    import http.server
    import threading

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "6")
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, *words: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(RouteError, match="answers, but not as a CircuitPython board does"):
            web_route(f"127.0.0.1:{server.server_port}", PASSWORD).boot()
        server.shutdown()


@pytest.mark.parametrize("first", [False, True])
def test_a_console_that_breaks_off_while_it_opens(first: bool) -> None:
    """Before or after it has heard the request, which the library says in different words."""
    import struct
    import threading

    def cut(server: socket.socket) -> None:
        for _ in range(20):
            link, _ = server.accept()
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if not first:
                link.recv(100)
            link.close()  # resets

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=cut, args=(server,), daemon=True).start()
        client = web_route(f"127.0.0.1:{server.getsockname()[1]}", PASSWORD).client
        for _ in range(20):
            with pytest.raises(RouteLost, match="is not to be had"):
                ConsoleWire(client)
