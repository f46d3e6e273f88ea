"""Tells an MQTT broker what becomes of the nodes, beside the receiving of pictures and never in its way.

It looks at the store by itself, so no upload waits for it; it says only what changed, and everything again to
a broker that was away. The library's own thread keeps the connection; while there is none, nothing is queued.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from station.broker import Broker
from station.errors import Exit, StationError
from station.home_assistant import OFFLINE, ONLINE, Topics, availability, device, state
from station.records import Node
from station.standing import standing
from station.store import Store

if TYPE_CHECKING:
    from paho.mqtt.client import Client

#: How often the store is looked at for what arrived, s.
GLANCE_s = 1.0
#: How often what changes by the clock alone is looked at, s: late, quiet, a new day.
LOOK_s = 30.0
#: Share of the time that looking at one node may take: the rest is for uploads.
SHARE = 0.05
#: But no change waits longer for it, s.
REST_s = 10.0
#: Before it tries to connect again, s: at first, and at most.
AGAIN_s = (1, 60)
#: The last words may take so long, s.
FAREWELL_s = 2.0


def library() -> None:
    """StationError, one sentence, if the library is not there."""
    try:
        import paho.mqtt.client  # noqa: F401
    except ImportError:
        raise StationError(
            "--mqtt needs the library paho-mqtt: .venv/bin/python -m pip install paho-mqtt", Exit.USAGE
        ) from None


@dataclass(slots=True)
class Told:
    """What was told of a node: by topic, and what it hung on."""

    pulse: tuple[float | None, int, str] = (None, 0, "")
    looked_s: float = float("-inf")
    rests_until_s: float = 0.0  # by the monotonic clock
    picture: int = 0
    by_topic: dict[str, bytes] = field(default_factory=dict)


class Bridge:
    """From a store to a broker. `trouble` is told what the owner should see in the log."""

    def __init__(
        self, store: Store, broker: Broker, heartbeats: float, trouble: Callable[[str], None]
    ) -> None:
        self._store = store
        self._broker = broker
        self._heartbeats = heartbeats
        self._trouble = trouble
        self._topics = Topics(broker.prefix)
        self._told: dict[str, Told] = {}
        self._connected = threading.Event()
        self._anew = threading.Event()  # the broker may have forgotten all
        self._said = ""

    async def run(self) -> None:
        """Keep the broker informed until cancelled."""
        client = self._client()
        client.connect_async(self._broker.host, self._broker.port)
        client.loop_start()
        try:
            while True:
                if self._connected.is_set():
                    await asyncio.to_thread(self._look, client, time.time())
                await asyncio.sleep(GLANCE_s)
        finally:
            self._farewell(client)

    # The connection

    def _client(self) -> Client:
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion

        client = Client(CallbackAPIVersion.VERSION2)
        if self._broker.user:
            client.username_pw_set(self._broker.user, self._broker.password or None)
        if self._broker.tls:
            client.tls_set_context(ssl.create_default_context())
        client.will_set(self._topics.station, OFFLINE, qos=1, retain=True)
        client.reconnect_delay_set(*AGAIN_s)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        return client

    def _on_connect(self, client: Client, data: Any, flags: Any, reason: Any, more: Any) -> None:
        del data, flags, more
        if reason.is_failure:
            self._tell(f"The MQTT broker {self._broker} lets nobody in: {reason}.")
            return
        client.publish(self._topics.station, ONLINE, qos=1, retain=True)
        self._said = ""
        self._anew.set()
        self._connected.set()

    def _on_connect_fail(self, client: Client, data: Any) -> None:
        del client, data
        self._tell(f"The MQTT broker {self._broker} cannot be reached; it is tried again.")

    def _on_disconnect(self, client: Client, data: Any, flags: Any, reason: Any, more: Any) -> None:
        del client, data, flags, more
        was = self._connected.is_set()
        self._connected.clear()
        if was and reason.is_failure:
            self._tell(f"The MQTT broker {self._broker} is gone ({reason}); it is tried again.")

    def _tell(self, sentence: str) -> None:
        """Once, until something else happens."""
        if sentence != self._said:
            self._said = sentence
            self._trouble(sentence)

    def _farewell(self, client: Client) -> None:
        """Say goodbye; the broker says it instead where there is no time."""
        if self._connected.is_set():
            last = client.publish(self._topics.station, OFFLINE, qos=1, retain=True)
            with suppress(RuntimeError, ValueError):  # the connection ended just now
                last.wait_for_publish(FAREWELL_s)
        client.disconnect()
        client.loop_stop()

    # What is told

    def _look(self, client: Client, now_s: float) -> None:
        """Tell what changed since the last look."""
        if self._anew.is_set():
            self._anew.clear()
            self._told.clear()
        nodes = self._store.nodes()
        for name in set(self._told) - {node.name for node in nodes}:
            self._forget(client, name)
        for node in nodes:
            told = self._told.setdefault(node.name, Told())
            pulse = (node.heard_s, node.stored_bytes, node.design)
            is_due = pulse != told.pulse or now_s - told.looked_s >= LOOK_s
            began_s = time.monotonic()
            if is_due and began_s >= told.rests_until_s:
                self._tell_of(client, node, told, now_s)
                told.pulse, told.looked_s = pulse, now_s
                ended_s = time.monotonic()
                told.rests_until_s = ended_s + min(REST_s, (ended_s - began_s) / SHARE)

    def _tell_of(self, client: Client, node: Node, told: Told, now_s: float) -> None:
        seen = standing(self._store, node, now_s)
        topics, name = self._topics, node.name
        today = self._store.count(name, _midnight_s(now_s))
        self._put(client, told, topics.config(name), device(node, topics))
        self._put(client, told, topics.state(name), state(seen, today, self._heartbeats))
        if seen.newest and seen.newest.number != told.picture:
            try:
                content = self._store.path_of(seen.newest).read_bytes()
            except OSError:  # deleted by rule a moment ago, or rotten: the page says so
                content = b""
            if content:
                client.publish(topics.image(name), content, qos=1, retain=True)
                told.picture = seen.newest.number
        self._put(client, told, topics.available(name), availability(seen, self._heartbeats))

    def _put(self, client: Client, told: Told, topic: str, payload: bytes) -> None:
        if told.by_topic.get(topic) != payload:
            client.publish(topic, payload, qos=1, retain=True)
            told.by_topic[topic] = payload

    def _forget(self, client: Client, name: str) -> None:
        """An empty retained message takes a topic, and the device, away."""
        for topic in self._topics.all_of(name):
            client.publish(topic, b"", qos=1, retain=True)
        del self._told[name]


def _midnight_s(now_s: float) -> float:
    """When the day began, by this computer's clock."""
    return datetime.fromtimestamp(now_s).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
