"""Draws schematic.svg: the data line, short and long, and the button. `make -C hardware drawings` runs it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import schemdraw
import schemdraw.elements as elm
from schemdraw import logic

schemdraw.use("svg")


def short_line(d: schemdraw.Drawing) -> None:
    """Board to strip, up to half a metre: a resistor is enough."""
    d.add(elm.Dot(open=True).at((0, 0)).label("D6 of the board", loc="left"))
    d.add(elm.Line().right(3.5).label("under 0.5 m", loc="bottom", fontsize=11))
    d.add(elm.Resistor().right(2.5).label("R1  330 Ω"))
    d.add(elm.Dot(open=True).label("DIN of the strip", loc="right"))


def long_line(d: schemdraw.Drawing) -> None:
    """Board to strip over metres, or from a 3.3 V board: a 74AHCT125 at the strip restores 5 V."""
    d.add(elm.Dot(open=True).at((0, -3)).label("D6 of the board", loc="left"))
    d.add(elm.Line().right(2.5).label("up to 5 m, twisted\nwith its ground", loc="bottom", fontsize=11))
    d.add(logic.Buf().right().label("U1\n74AHCT125", loc="top", ofst=0.3))
    d.add(elm.Line().right(0.5))
    d.add(elm.Resistor().right(2.5).label("R1  330 Ω"))
    d.add(elm.Dot(open=True).label("DIN of the strip", loc="right"))
    d.add(elm.Capacitor().at((10.5, -4.6)).down(1.8).label("C2  100 nF", loc="bottom"))
    d.add(elm.Vdd().at((10.5, -4.6)).label("5 V of the strip, pin 14", fontsize=11))
    d.add(elm.Ground().at((10.5, -6.4)))
    d.add(
        elm.Label()
        .at((8, -8.3))
        .label("U1: pin 2 in, 3 out, 7 ground; 1, 4, 5, 9, 10, 12, 13 to ground too", fontsize=11)
    )


def button(d: schemdraw.Drawing) -> None:
    """The chip's own pull-up holds D2 high; the button pulls it down."""
    d.add(elm.Vdd().at((2.5, -5.2)).label("5 V, inside the chip", fontsize=11))
    d.add(elm.Resistor().at((2.5, -5.2)).down(1.8).label("20-50 kΩ, inside", loc="top", fontsize=11))
    d.add(elm.Dot())
    d.add(elm.Line().left(2.5).at((2.5, -7)))
    d.add(elm.Dot(open=True).label("D2 of the board", loc="left"))
    d.add(elm.Line().right(1.5).at((2.5, -7)))
    d.add(elm.Button().right(2).label("BUTTON", loc="top", ofst=0.4))
    d.add(elm.Line().down(0.6))
    d.add(elm.Ground())


def on_white(svg: str) -> str:
    """Puts a white sheet under the drawing, for readers whose page is dark."""
    head = re.search(r'<svg[^>]*viewBox="(\S+) (\S+) (\S+) (\S+)"[^>]*>', svg)
    assert head, "schemdraw names a viewBox"
    x, y, width, height = head.groups()
    sheet = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="white"/>'
    return svg[: head.end()] + sheet + svg[head.end() :]


def main() -> None:
    """Write the drawing to the file named on the command line."""
    with schemdraw.Drawing(show=False) as d:
        d.config(fontsize=13, margin=1.2)
        short_line(d)
        long_line(d)
        button(d)
    Path(sys.argv[1]).write_text(on_white(d.get_imagedata("svg").decode()) + "\n")


if __name__ == "__main__":
    main()
