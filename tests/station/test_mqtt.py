"""What Home Assistant gets to know, by a real Mosquitto broker and the real station process."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from station.broker import Broker, broker_of
from station.errors import StationError
from station.store import Store

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
with_broker = pytest.mark.skipif(MOSQUITTO is None, reason="no Mosquitto (apt install mosquitto)")
LINE = '{"wake":7,"mV":3712,"soc":64,"waiting":0,"cause":2,"gain":16,"lines":400}'
NO_ADDRESS = "--mqtt is no address of a broker: expected mqtt://USER@HOST:PORT, or mqtts:// with TLS."
ENTITIES = {
    "picture": "image", "battery": "sensor", "voltage": "sensor", "pictures_today": "sensor",
    "last_seen": "sensor", "problem": "binary_sensor", "why": "sensor",
}  # fmt: skip


def free_port() -> int:
    """A port that is free and that nobody gets who asks for any: those are from 32,768 up."""
    while True:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port


class Mosquitto:
    """A broker on loopback, and somebody who listens to all of it. It keeps nothing over a restart."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.extra = "allow_anonymous true\n"
        self.heard: dict[str, bytes] = {}
        self.count = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.listener: Client | None = None

    def start(self, user: str = "", password: str = "") -> None:
        config = self.folder / "mosquitto.conf"
        config.write_text(f"listener {self.port} 127.0.0.1\nuser root\n{self.extra}")
        assert MOSQUITTO is not None
        self.process = subprocess.Popen([MOSQUITTO, "-c", str(config)], stderr=subprocess.DEVNULL)
        until(self._answers)
        self.heard.clear()
        self.listener = Client(CallbackAPIVersion.VERSION2)
        if user:
            self.listener.username_pw_set(user, password)
        self.listener.on_message = self._on_message
        self.listener.connect("127.0.0.1", self.port)
        self.listener.subscribe("#", qos=1)
        self.listener.loop_start()

    def _answers(self) -> bool:
        with socket.socket() as link:
            return link.connect_ex(("127.0.0.1", self.port)) == 0

    def _on_message(self, client: Client, data: object, message: object) -> None:
        self.count += 1
        self.heard[message.topic] = message.payload  # type: ignore[attr-defined]

    def stop(self) -> None:
        if self.listener is not None:
            self.listener.disconnect()
            self.listener.loop_stop()
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            self.process.wait()

    def said(self, topic: str) -> dict[str, object]:
        found = json.loads(self.heard.get(topic, b"{}"))
        assert isinstance(found, dict)
        return found


def until(what: Callable[[], bool], within_s: float = 60.0) -> None:
    ends = time.monotonic() + within_s
    while not what():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    made = Mosquitto(tmp_path)
    yield made
    made.stop()


def joined(station, broker: Mosquitto, *options: str) -> None:
    """Start both and wait until they have met."""
    broker.start()
    station.start("--mqtt", f"mqtt://127.0.0.1:{broker.port}", *options)
    until(lambda: broker.heard.get("torpor/status") == b"online" and "torpor/shed/state" in broker.heard)


@with_broker
def test_a_node_is_a_device_with_its_entities(station, broker: Mosquitto, jpeg: bytes) -> None:
    joined(station, broker)
    assert station.put("images/0000000a-1", jpeg, LINE).status == 201
    until(lambda: broker.heard.get("torpor/garden/image") == jpeg)
    until(lambda: broker.heard["torpor/garden/availability"] == b"online")
    assert broker.heard["torpor/shed/availability"] == b"offline"
    found = broker.said("homeassistant/device/torpor_garden/config")
    assert found["dev"] == {
        "identifiers": ["torpor_garden"], "name": "garden", "manufacturer": "Torpor",
        "model": "Arducam Mini 2MP Plus", "model_id": "pico-w-arducam-2mp",
    }  # fmt: skip
    assert found["o"]["name"] == "Torpor"  # type: ignore[index]
    parts = found["cmps"]
    assert isinstance(parts, dict)
    assert {name: part["p"] for name, part in parts.items()} == ENTITIES
    assert {part["unique_id"] for part in parts.values()} == {f"torpor_garden_{name}" for name in ENTITIES}
    assert parts["picture"] == {
        "unique_id": "torpor_garden_picture", "p": "image", "name": "Picture",
        "image_topic": "torpor/garden/image", "content_type": "image/jpeg",
        "availability": [{"topic": "torpor/status"}, {"topic": "torpor/garden/availability"}],
        "availability_mode": "all",
    }  # fmt: skip
    assert parts["problem"]["availability"] == [{"topic": "torpor/status"}]
    assert parts["battery"]["value_template"] == "{{ value_json.soc }}"
    state = broker.said("torpor/garden/state")
    last_seen = datetime.fromisoformat(str(state.pop("last_seen")))
    assert abs(last_seen.timestamp() - time.time()) < 600
    assert state == {
        "soc": 64, "voltage": 3.712, "pictures_today": 1, "problem": False, "why": "All is well."
    }  # fmt: skip


@with_broker
def test_every_value_that_is_shown_is_told(station, broker: Mosquitto) -> None:
    joined(station, broker)
    found = broker.said("homeassistant/device/torpor_shed/config")["cmps"]
    assert isinstance(found, dict)
    shown = {part["value_template"][14:-3] for part in found.values() if "value_template" in part}
    state = broker.said("torpor/shed/state")
    assert shown == set(state)
    assert (state["soc"], state["voltage"], state["last_seen"], state["problem"]) == (None, None, None, False)


@with_broker
def test_pictures_are_taken_while_the_broker_hangs(station, broker: Mosquitto, jpeg: bytes) -> None:
    joined(station, broker)
    assert broker.process is not None
    broker.process.send_signal(signal.SIGSTOP)
    sent = [jpeg + b"%d" % number for number in range(20)]
    assert {station.put(f"images/0000000a-{n}", content, LINE).status for n, content in enumerate(sent)} == {
        201
    }
    broker.process.send_signal(signal.SIGCONT)
    until(lambda: broker.heard.get("torpor/garden/image") == sent[-1])
    until(lambda: broker.said("torpor/garden/state")["pictures_today"] == 20)


@with_broker
def test_a_broker_that_comes_back_is_told_everything_again(station, broker: Mosquitto, jpeg: bytes) -> None:
    joined(station, broker)
    station.put("images/0000000a-1", jpeg, LINE)
    until(lambda: "torpor/garden/image" in broker.heard)
    before = {topic for topic in broker.heard if topic.startswith(("torpor", "homeassistant"))}
    broker.stop()
    assert station.put("images/0000000a-2", jpeg + b"2", LINE).status == 201
    broker.start()
    until(lambda: before <= set(broker.heard) and broker.heard["torpor/garden/image"] == jpeg + b"2")
    assert broker.heard["torpor/status"] == b"online"
    assert station.stop() == 0
    assert f"The MQTT broker 127.0.0.1:{broker.port} is gone" in station.everything_said


@with_broker
def test_the_broker_says_when_the_station_was_killed(station, broker: Mosquitto) -> None:
    joined(station, broker)
    station.kill()
    until(lambda: broker.heard["torpor/status"] == b"offline")


@with_broker
def test_a_station_that_stops_says_so(station, broker: Mosquitto) -> None:
    joined(station, broker)
    assert station.stop() == 0
    until(lambda: broker.heard["torpor/status"] == b"offline")


@with_broker
def test_a_late_node_is_not_available_and_a_problem(station, broker: Mosquitto, jpeg: bytes) -> None:
    joined(station, broker)
    station.put("images/0000000a-1", jpeg, LINE)
    until(lambda: broker.heard["torpor/garden/availability"] == b"online")
    ago_s = time.time() - 3 * 86_400
    with Store(station.folder) as store:
        store.write(lambda batch: batch.db.execute("UPDATE nodes SET heard_s = ?", (ago_s,))).result()
    until(lambda: broker.heard["torpor/garden/availability"] == b"offline")
    state = broker.said("torpor/garden/state")
    assert state["problem"] is True
    assert str(state["why"]).startswith("Not heard for 3 days")


@with_broker
def test_a_node_that_is_taken_away_takes_its_topics_with_it(station, broker: Mosquitto) -> None:
    joined(station, broker)
    with Store(station.folder) as store:
        store.write(lambda batch: batch.db.execute("DELETE FROM nodes WHERE name = 'shed'")).result()
    gone = ["homeassistant/device/torpor_shed/config", "torpor/shed/state", "torpor/shed/availability"]
    until(lambda: all(broker.heard[topic] == b"" for topic in gone))
    assert broker.heard["torpor/garden/availability"] != b""


@with_broker
def test_passwords(station, broker: Mosquitto, jpeg: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong one is said once and hinders no upload; the right one lets in, and stands in no line."""
    tool = shutil.which("mosquitto_passwd") or "/usr/bin/mosquitto_passwd"
    users = broker.folder / "users"
    subprocess.run([tool, "-b", "-c", str(users), "ada", "right"], check=True, capture_output=True)
    os.chmod(users, 0o700)
    broker.extra = f"allow_anonymous false\npassword_file {users}\n"
    broker.start("ada", "right")
    monkeypatch.setenv("TORPOR_MQTT_PASSWORD", "wrong")
    station.start("--mqtt", f"mqtt://ada@127.0.0.1:{broker.port}")
    until(lambda: "lets nobody in" in station.everything_said)
    assert station.put("images/0000000a-1", jpeg, LINE).status == 201
    assert station.stop() == 0
    assert "torpor/status" not in broker.heard
    (broker.folder / "password").write_text("right\n")
    station.start("--mqtt", f"mqtt://ada@127.0.0.1:{broker.port}/farm/two", "--mqtt-password-file",
                  str(broker.folder / "password"))  # fmt: skip
    until(lambda: broker.heard.get("farm/two/garden/image") == jpeg)
    assert "homeassistant/device/farm_two_garden/config" in broker.heard
    assert station.stop() == 0
    assert "right" not in station.everything_said


@with_broker
@pytest.mark.skipif(
    shutil.which("openssl") is None, reason="no openssl, which makes the broker's certificate"
)
def test_tls_with_a_certificate_that_is_trusted_only(
    station, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout key -out cert"
    name = "-addext subjectAltName=DNS:localhost"
    subprocess.run([*words.split(), *name.split()], cwd=broker.folder, check=True, capture_output=True)
    port = free_port()
    broker.extra += f"listener {port} 127.0.0.1\ncertfile {broker.folder}/cert\nkeyfile {broker.folder}/key\n"
    broker.start()
    station.start("--mqtt", f"mqtts://localhost:{port}")
    until(lambda: "cannot be reached" in station.everything_said)
    assert station.stop() == 0
    assert "torpor/status" not in broker.heard
    monkeypatch.setenv("SSL_CERT_FILE", str(broker.folder / "cert"))
    station.start("--mqtt", f"mqtts://localhost:{port}")
    until(lambda: broker.heard.get("torpor/status") == b"online")
    assert station.stop() == 0


def test_without_a_broker_the_station_works_and_says_so(station, jpeg: bytes) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        port = taken.getsockname()[1]
        station.start("--mqtt", f"mqtt://127.0.0.1:{port}")
        assert station.put("images/0000000a-1", jpeg, LINE).status == 201
        sentence = f"The MQTT broker 127.0.0.1:{port} cannot be reached; it is tried again."
        until(lambda: sentence in station.everything_said)
        assert station.stop() == 0


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("mqtt://ha.local", Broker("ha.local", 1883, False, "", "")),
        ("mqtts://ada%40x@ha.local", Broker("ha.local", 8883, True, "ada@x", "")),
        ("mqtt://ada@[::1]:1884/farm/", Broker("::1", 1884, False, "ada", "", "farm")),
    ],
)
def test_addresses(url: str, broker: Broker) -> None:
    assert broker_of(url) == broker


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("ha.local:1883", NO_ADDRESS),
        ("http://ha.local", NO_ADDRESS),
        ("mqtt://h:99999", NO_ADDRESS),
        ("mqtt://../x", NO_ADDRESS),
        ("mqtt://ada:secret@h", "The broker's password does not belong into --mqtt: put it into"
         " TORPOR_MQTT_PASSWORD or a file (--mqtt-password-file)."),
        ("mqtt://h/a/+/b", "'a/+/b' is no prefix of topics: it may have a-z, 0-9, -, _ and /."),
    ],
)  # fmt: skip
def test_addresses_that_are_none(url: str, sentence: str) -> None:
    with pytest.raises(StationError) as refused:
        broker_of(url)
    assert str(refused.value) == sentence
    assert "secret" not in str(refused.value)


def test_a_password_is_not_in_what_is_printed_of_a_broker() -> None:
    assert "secret" not in repr(Broker("h", 1883, False, "ada", "secret"))


def test_without_the_library_it_is_one_sentence(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "paho.mqtt.client", None)
    assert run("receive --mqtt mqtt://127.0.0.1") == (
        2, "", "torpor: --mqtt needs the library paho-mqtt: .venv/bin/python -m pip install paho-mqtt\n"
    )  # fmt: skip
