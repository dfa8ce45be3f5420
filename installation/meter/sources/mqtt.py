"""Watts that somebody publishes over MQTT: Zigbee2MQTT, ESPHome, Home Assistant, Tasmota, or a shell.

A message counts from the moment it comes, and its value is held until the next one, for at most `every` seconds: many
devices publish on change, and a straight line to the next change would be watts that no sensor said. What the broker
kept from before, what repeats an old time stamp and what is no number is not believed, and counted with its reason.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from ...config import MeterSettings
from ...now import Provenance
from ..source import About, Fault, Reading, Source
from ._answer import decoded, factor, inside, shown, stamp, watts_of
from ._held import Held

UNCERTAINTY = 0.05  # this piece's own choice: who publishes does not say how well it measures
CONNECT_WITHIN = 5.0  # s
SET_BACK = 3  # messages in a row with older but rising stamps: the sender's clock was set back
UNIT = "unit_of_measurement"  # Home Assistant's key for the unit beside a state
PASSWORD = "UNDERFOOT_MQTT_PASSWORD"
USAGE = "mqtt:HOST[:PORT]/TOPIC?key=power&every=10&unit=W&scale=1&time=last_seen&user=NAME"


class Meter(Source):
    """`mqtt:HOST[:PORT]/TOPIC?key=..&every=..&unit=..&scale=..&time=..&user=..`; all after the topic may be left out.

    key: where the watts are in a JSON message, with dots; every: s a value holds at most, 10 unless said; unit: W, mW,
    kW, where the message does not say it; scale: a factor besides; time: where the time stamp is. A password is taken
    from the environment, UNDERFOOT_MQTT_PASSWORD.
    """

    covers = "whatever is published"
    pushed = True
    patience = 1.5  # times `every` within which a late message still goes on where the last one ended

    def __init__(self, argument: str, settings: MeterSettings) -> None:
        super().__init__(argument, settings)
        self.client: paho.Client | None = None
        self.lock = threading.Lock()
        self.held = Held()
        self.stamps = Stamps()
        self.dropped: Counter[str] = Counter()
        self.options: dict[str, str] = {}
        self.topic = self.unit = ""
        self.every = self.scale = 1.0
        self._understand()

    def _understand(self) -> None:
        """The argument's parts, as far as they are some; what is wrong with it is told when it is opened."""
        self.wrong = f"[meter]: {self.argument!r} is no MQTT address; write {USAGE}."
        try:
            self.address: SplitResult = urlsplit(f"mqtt://{self.argument}")
            self.port = self.address.port or 1883
            self.options = {k: v[-1] for k, v in parse_qs(self.address.query).items()}
            self.every, self.scale = float(self.options.get("every", "10")), float(self.options.get("scale", "1"))
        except ValueError:
            return
        self.topic, self.unit = self.address.path.removeprefix("/"), self.options.get("unit", "")
        self.held = Held(self.every, self.patience, f"the topic {self.topic}")
        if not (self.topic and self.address.hostname) or set("#+") & set(self.argument):
            return
        if 0.05 <= self.every <= 86_400 and 0 < abs(self.scale) < float("inf"):
            self.wrong = ""

    def open(self) -> About:
        self.close()
        if self.wrong:
            raise Fault(self.wrong, again=False)
        if self.unit:
            factor(self.unit, f"[meter]: {self.topic}")
        self.held.forget()
        self.client = self._connect()
        key = f", key {self.options['key']}" if "key" in self.options else ""
        return About(
            boundary=f"what is published as {self.topic}",
            provenance=Provenance.MEASURED,
            uncertainty=UNCERTAINTY,
            detail=f"MQTT broker {self.address.hostname}, topic {self.topic}{key}; a value holds for {self.every:g} s",
            not_counted="what the publisher does not measure",
            hold=self.every * (self.patience - 1) + 0.2,
            held=True,
            zeros=False,
        )

    def _connect(self) -> paho.Client:
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
        who = f"The MQTT broker {self.address.hostname}:{self.port}"
        try:
            client.connect(str(self.address.hostname), self.port, keepalive=30)
        except (OSError, ValueError) as error:
            raise Fault(f"{who} does not answer ({shown(str(error))}); is it on, is the address right?") from None
        client.loop_start()
        if not connected.wait(CONNECT_WITHIN) or refusal:
            client.loop_stop()
            raise Fault(f"{who} refuses ({''.join(refusal) or 'no answer'}); check user= and {PASSWORD}.")
        return client

    def _heard(self, client: paho.Client, data: Any, message: paho.MQTTMessage) -> None:
        """A message came, in the client's own thread."""
        result = self.judge(bytes(message.payload), time.monotonic(), retained=message.retain)
        with self.lock:
            self.held.put(result)

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
        value = decoded(payload, who)
        if "time" in self.options and not self.stamps.fresh(stamp(inside(value, self.options["time"], who), who)):
            raise Fault(f"{who} repeats an old message.")
        key = self.options.get("key", "")
        unit = self._unit(value, key, who)
        return watts_of(inside(value, key, who) if key else value, who, self.scale, unit)

    def _unit(self, value: Any, key: str, who: str) -> str:
        """The unit of the watts: as the message says beside them, which must be what config.toml says."""
        around = inside(value, key.rpartition(".")[0], who) if "." in key else value
        if not isinstance(around, dict):
            return self.unit
        attributes = around.get("attributes")
        said = around.get(UNIT) or (attributes.get(UNIT) if isinstance(attributes, dict) else None)
        if not isinstance(said, str):
            return self.unit
        if factor(said, who) != factor(self.unit or said, who):
            raise Fault(f"{who} says that its unit is {shown(said)}, and config.toml says {self.unit}; one is wrong.")
        return said

    def read(self) -> Reading:
        with self.lock:
            return self.held.reading(time.monotonic())

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
