"""Whether a meter covers what a fit ran on: the one rule by which joules are a fit's, or only drawn beside it.

Both are named as the record names them: "processor", the UUIDs of cards with spaces between, "machine" or "wall" for
a meter that covers whatever computes in this machine. An empty name is not known, and then nothing is claimed of it.
"""

from __future__ import annotations

PROCESSOR = "processor"
ALL = {"machine", "wall"}


def covers(meter_device: str, ran_on: str) -> bool:
    """Whether every device a fit ran on is one that the meter reads; True where either is not known."""
    read, ran = set(meter_device.split()), set(ran_on.split())
    return not read or not ran or bool(read & ALL) or ran <= read
