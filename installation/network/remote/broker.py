"""A line to an MQTT broker that mends itself: it says things, and hears the newest of what is said to it.

A broker that is not there is no error here: the client tries again by itself, and who listens looks at how old the
newest message is. Whether a message can be believed is judged elsewhere.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from ...player import Unable

LONGEST = 65_536  # bytes of a message
PASSWORD = "UNDERFOOT_MQTT_PASSWORD"


class Broker:
    """One connection, one topic to say things on and one to hear.

    Args:
        address: `HOST[:PORT]/TOPIC?user=NAME`; a password is taken from the environment, UNDERFOOT_MQTT_PASSWORD.
        says, hears: what is added to TOPIC for each way.

    Raises:
        Unable: this is no address.
    """

    def __init__(self, address: str, says: str, hears: str) -> None:
        parts = urlsplit(f"mqtt://{address}")
        topic = parts.path.strip("/")
        if not (parts.hostname and topic) or set("+#") & set(address):
            raise Unable(f"[network]: {address!r} is no MQTT address; write HOST[:PORT]/TOPIC.")
        self.said_on, self.heard_on = f"{topic}/{says}", f"{topic}/{hears}"
        self.lock = threading.Lock()
        self.newest: tuple[float, bytes] | None = None
        self.heard = 0  # messages, without those the broker kept from before
        self.client = paho.Client(CallbackAPIVersion.VERSION2)
        if users := parse_qs(parts.query).get("user"):
            self.client.username_pw_set(users[-1], os.environ.get(PASSWORD))
        self.client.on_connect, self.client.on_message = self._connected, self._heard
        self.client.reconnect_delay_set(1, 8)
        self.client.connect_async(parts.hostname, parts.port or 1883, keepalive=15)
        self.client.loop_start()

    def _connected(self, client: paho.Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:
        client.subscribe(self.heard_on)

    def _heard(self, client: paho.Client, data: Any, message: paho.MQTTMessage) -> None:
        if message.retain or len(message.payload) > LONGEST:
            return
        with self.lock:
            self.heard += 1
            self.newest = (time.monotonic(), bytes(message.payload))

    def take(self) -> tuple[float, bytes] | None:
        """The newest message with the monotonic time it came, once."""
        with self.lock:
            newest, self.newest = self.newest, None
        return newest

    def say(self, message: dict[str, Any]) -> None:
        """Say something; where no broker is, it is not said later."""
        if self.client.is_connected():
            self.client.publish(self.said_on, json.dumps(message, allow_nan=False))

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.client.disconnect()
        self.client.loop_stop()
