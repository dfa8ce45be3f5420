"""What wall plugs that answer over HTTP have in common: one short question, one doubted answer, nothing switched.

Only reading is done here, on purpose: a meter must not be able to cut the power of the piece. A question has one time
limit for all of it, so that neither slow headers nor a body without end can hold a meter.
"""

from __future__ import annotations

import socket
import time
from http.client import HTTPConnection, HTTPException
from typing import Any

from ...config import MeterSettings
from ..source import About, Fault, Reading, Source, midpoint
from ._answer import LONGEST, decoded, shown

TIMEOUT = 2.0  # s a whole question may take, from the name to the last byte
PERIOD = 1.0  # s: the plugs sample once a second


class LimitedSocket(socket.socket):
    """A socket whose reads together end by a moment, however little comes at a time."""

    until = 0.0  # monotonic s

    def recv_into(self, *arguments: Any, **options: Any) -> int:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("it took too long")
        self.settimeout(left)
        return super().recv_into(*arguments, **options)


class LimitedConnection(HTTPConnection):
    """One question within TIMEOUT s."""

    def connect(self) -> None:
        until = time.monotonic() + TIMEOUT
        super().connect()
        plain = self.sock
        self.sock = LimitedSocket(plain.family, plain.type, plain.proto, plain.detach())
        self.sock.until = until


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
        status, body = self.fetch(path)
        if status != 200:
            raise Fault(f"The plug {self.address} refuses with {status}; {_remedy(status)}")
        return answer(body, self.address)

    def fetch(self, path: str) -> tuple[int, bytes]:
        """Status and body of an answer.

        Raises:
            Fault: there is none within TIMEOUT.
        """
        connection = None
        try:
            connection = LimitedConnection(self.address, timeout=TIMEOUT)
            connection.request("GET", path)
            with connection.getresponse() as response:
                return response.status, response.read(LONGEST)
        except (
            OSError,
            HTTPException,
            ValueError,
        ) as error:  # ValueError: a chunk of negative size, a name that is none
            why = shown(str(error))
            raise Fault(f"The plug {self.address} does not answer ({why}); is it on, is the address right?") from None
        finally:
            if connection is not None:
                connection.close()

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
            device="wall",
        )


def _remedy(code: int) -> str:
    return (
        "it wants a password: take it off." if code in (401, 403) else "is it a plug of this kind, with this channel?"
    )


def answer(body: bytes, who: str) -> dict[str, Any]:
    """The JSON object of an answer.

    Raises:
        Fault: the body is none.
    """
    value = decoded(body, who)
    if not isinstance(value, dict):
        raise Fault(f"{who} answers with {shown(value)}, not with what a plug says; is it a plug of this kind?")
    return value
