"""What wall plugs that answer over HTTP have in common: one short question, one doubted answer, nothing switched.

Only reading is done here, on purpose: a meter must not be able to cut the power of the piece.
"""

from __future__ import annotations

import json
import math
import time
from http.client import HTTPConnection, HTTPException
from typing import Any

from ...config import MeterSettings
from ..source import About, Fault, Reading, Source, midpoint

TIMEOUT = 2.0  # s
LONGEST = 65_536  # bytes of an answer
PERIOD = 1.0  # s: the plugs sample once a second


class Plug(Source):
    """A plug with an address; its file says what to ask and where the watts are."""

    unhurried = PERIOD

    def __init__(self, argument: str, settings: MeterSettings) -> None:
        super().__init__(argument, settings)
        self.address, _, self.channel = argument.removeprefix("http://").partition("/")
        self.kind = type(self).__module__.rpartition(".")[2]

    def ask(self, path: str) -> dict[str, Any]:
        """The answer to a question, as JSON.

        Raises:
            Fault: no answer, or not one a plug gives.
        """
        if not self.address:
            raise Fault(f"[meter]: {self.kind} needs an address; write {self.kind}:192.168.1.20.", again=False)
        connection = HTTPConnection(self.address, timeout=TIMEOUT)
        try:
            connection.request("GET", path)
            with connection.getresponse() as answer:
                status, body = answer.status, answer.read(LONGEST)
        except (OSError, HTTPException) as error:
            raise Fault(f"The plug {self.address} does not answer ({error}); is it on, is the address right?") from None
        finally:
            connection.close()
        if status != 200:
            raise Fault(f"The plug {self.address} refuses with {status}; {_remedy(status)}")
        return _object(body, self.address)

    def watts(self) -> float:
        """W, asked for now."""
        raise NotImplementedError

    def read(self) -> Reading:
        began = time.monotonic()
        watts = self.watts()
        return Reading(midpoint(began), watts)

    def _about(self, detail: str, uncertainty: float, provenance: Any) -> About:
        return About(
            boundary=f"everything plugged into {self.kind} {self.address}, at the wall",
            provenance=provenance,
            uncertainty=uncertainty,
            detail=detail,
            not_counted="what hangs on other sockets",
            period=PERIOD,
            hold=3.5,
            resolution=0.1,
            zeros=False,
        )


def _remedy(code: int) -> str:
    return (
        "it wants a password: take it off." if code in (401, 403) else "is it a plug of this kind, with this channel?"
    )


def _object(body: bytes, who: str) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        raise Fault(f"{who} answers with something that is not JSON; is it a plug of this kind?") from None
    if not isinstance(answer, dict):
        raise Fault(f"{who} answers with {type(answer).__name__}, not with what a plug says.")
    return answer


def watts_of(value: Any, who: str) -> float:
    """A number of watts out of what a device wrote.

    Raises:
        Fault: it is no number: text such as "unavailable", null, not finite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Fault(f"{who} says {json.dumps(value)[:40]} instead of watts.")
    try:
        watts = float(value)
    except (ValueError, OverflowError):
        raise Fault(f"{who} says {str(value)[:40]!r} instead of watts.") from None
    if not math.isfinite(watts):
        raise Fault(f"{who} says {value} instead of watts.")
    return watts
