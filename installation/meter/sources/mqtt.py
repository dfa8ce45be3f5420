"""Watts that somebody publishes over MQTT: Zigbee2MQTT, ESPHome, Home Assistant, Tasmota, or a shell.

A message counts from the moment it comes. What the broker kept from before, what repeats an old time stamp and what is
no number is not believed, and counted with its reason.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from ...config import MeterSettings
from ...now import Provenance
from ..source import About, Fault, Reading, Source
from ._plug_over_http import watts_of

UNCERTAINTY = 0.05  # this piece's own choice: who publishes does not say how well it measures
LONGEST = 65_536  # bytes of a message
CONNECT_WITHIN = 5.0  # s
SET_BACK = 3  # messages in a row with older but rising stamps: the sender's clock was set back
PASSWORD = "UNDERFOOT_MQTT_PASSWORD"
USAGE = "mqtt:HOST[:PORT]/TOPIC?key=power&every=10&time=last_seen&user=NAME"


class Meter(Source):
    """`mqtt:HOST[:PORT]/TOPIC?key=..&every=..&time=..&user=..`; all after the question mark may be left out.

    key: where the watts are in a JSON message, with dots; every: s between two messages, 10 unless said;
    time: where the time stamp is. A password is taken from the environment, UNDERFOOT_MQTT_PASSWORD.
    """

    covers = "whatever is published"
    pushed = True

    def __init__(self, argument: str, settings: MeterSettings) -> None:
        super().__init__(argument, settings)
        self.address = urlsplit(f"mqtt://{argument}")
        self.options = {k: v[-1] for k, v in parse_qs(self.address.query).items()}
        self.topic = self.address.path.removeprefix("/")
        self.client: paho.Client | None = None
        self.lock = threading.Lock()
        self.newest: Reading | Fault | None = None
        self.stamps = Stamps()
        self.dropped: Counter[str] = Counter()

    def open(self) -> About:
        self.close()
        every = self._every()
        self.newest = None
        self.client = self._connect(self.address)
        key = f", key {self.options['key']}" if "key" in self.options else ""
        return About(
            boundary=f"what is published as {self.topic}",
            provenance=Provenance.MEASURED,
            uncertainty=UNCERTAINTY,
            detail=f"MQTT broker {self.address.hostname}, topic {self.topic}{key}, a message every {every:g} s",
            not_counted="what the publisher does not measure",
            period=every,
            hold=3 * every,
            zeros=False,
        )

    def _every(self) -> float:
        try:
            every = float(self.options.get("every", "10"))
        except ValueError:
            every = 0.0
        if not (self.topic and self.address.hostname) or not 0.05 <= every <= 3600 or set("#+") & set(self.argument):
            raise Fault(f"[meter]: {self.argument!r} is no MQTT address; write {USAGE}.", again=False)
        return every

    def _connect(self, address: SplitResult) -> paho.Client:
        client = paho.Client(CallbackAPIVersion.VERSION2)
        if "user" in self.options:
            client.username_pw_set(self.options["user"], os.environ.get(PASSWORD))
        connected = threading.Event()
        refusal: list[str] = []

        def on_connect(client: paho.Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:
            if reason.is_failure:
                refusal.append(str(reason))
            else:
                client.subscribe(self.topic)
            connected.set()

        client.on_connect, client.on_message = on_connect, self._heard
        who = f"The MQTT broker {address.hostname}:{address.port or 1883}"
        try:
            client.connect(str(address.hostname), address.port or 1883, keepalive=30)
        except (OSError, ValueError) as error:
            raise Fault(f"{who} does not answer ({error}); is it on, is the address right?") from None
        client.loop_start()
        if not connected.wait(CONNECT_WITHIN) or refusal:
            client.loop_stop()
            raise Fault(f"{who} refuses ({''.join(refusal) or 'no answer'}); check user= and {PASSWORD}.")
        return client

    def _heard(self, client: paho.Client, data: Any, message: paho.MQTTMessage) -> None:
        """A message came, in the client's own thread."""
        result = self.judge(bytes(message.payload), time.monotonic(), retained=message.retain)
        with self.lock:
            self.newest = result

    def judge(self, payload: bytes, seconds: float, *, retained: bool = False) -> Reading | Fault:
        """A reading, or why a message is not one."""
        try:
            return Reading(seconds, self._watts(payload, retained=retained))
        except Fault as fault:
            self.dropped[str(fault)] += 1
            return fault

    def _watts(self, payload: bytes, *, retained: bool) -> float:
        who = f"The topic {self.topic}"
        if retained:
            raise Fault(f"{who} has only a message from before; waiting for a new one.")
        if len(payload) > LONGEST:
            raise Fault(f"{who} has a message of {len(payload)} bytes, too long to be watts.")
        value = _decoded(payload, who)
        if "time" in self.options and not self.stamps.fresh(_stamp(_inside(value, self.options["time"], who), who)):
            raise Fault(f"{who} repeats an old message.")
        return watts_of(_inside(value, self.options["key"], who) if "key" in self.options else value, who)

    def read(self) -> Reading:
        with self.lock:
            newest = self.newest
            if isinstance(newest, Fault):
                self.newest = None
        if isinstance(newest, Reading):
            return newest
        raise newest or Fault(f"Nothing was published as {self.topic} yet.")

    def close(self) -> None:
        if self.client is not None:
            self.client.disconnect()
            self.client.loop_stop()
            self.client = None


class Stamps:
    """Time stamps of a sender whose clock may jump: an old one is refused, unless the old ones go on rising."""

    def __init__(self) -> None:
        self.newest = self.other = float("-inf")
        self.rising = 0

    def fresh(self, stamp: float) -> bool:
        if stamp > self.newest:
            self.newest, self.rising = stamp, 0
            return True
        self.rising = self.rising + 1 if stamp > self.other else 1
        self.other = stamp
        if stamp < self.newest and self.rising >= SET_BACK:
            self.newest, self.other, self.rising = stamp, float("-inf"), 0
            return True
        return False


def _decoded(payload: bytes, who: str) -> Any:
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        text = payload.decode("utf-8", "replace")
    if text.startswith(("{", "[")):
        raise Fault(f"{who} has a message that is not whole JSON.")
    return text


def _inside(value: Any, key: str, who: str) -> Any:
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            raise Fault(f"{who} has no {key!r} in its message.")
        value = value[part]
    return value


def _stamp(value: Any, who: str) -> float:
    """A time stamp as seconds: a number, or ISO 8601."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except ValueError:
        raise Fault(f"{who} has {str(value)[:40]!r} for a time stamp.") from None
