"""Ports finds serial ports by names that stay the same when a board is plugged in elsewhere."""

from __future__ import annotations

from pathlib import Path

BY_ID = Path("/dev/serial/by-id")  # Linux: links named after maker, product and serial number


def candidates() -> list[str]:
    """The ports a strip may be on: those of USB devices, under lasting names where the system has them."""
    if BY_ID.is_dir():
        return sorted(str(path) for path in BY_ID.iterdir())
    from serial.tools.list_ports import comports

    return sorted(port.device for port in comports() if port.vid is not None)


def identity(name: str) -> str:
    """What a port is beyond its name: USB ids and serial number; empty where it has none."""
    from serial.tools.list_ports import comports

    device = str(Path(name).resolve()) if name.startswith("/") else name
    return next((port.hwid for port in comports() if port.device == device and port.vid is not None), "")


def moved(known: str) -> str:
    """The name under which a known device stands now; empty if it is nowhere, or in more than one place."""
    from serial.tools.list_ports import comports

    places = [port.device for port in comports() if _core(port.hwid) == _core(known)]
    return places[0] if len(places) == 1 else ""


def _core(hwid: str) -> str:
    """USB ids and serial number, without the socket: "USB VID:PID=2341:0043 SER=85 LOCATION=1-1" loses its end."""
    return hwid.partition(" LOCATION=")[0]
