"""The strip: pictures a second and round trip of the compiled firmware, beside the limit of line and strip.

Simulated time, so the machine that runs this does not matter. One picture in flight, 1 ms between an acknowledgement
and the next picture. The limit is arithmetic: 8 + 3 N bytes up and 13 down at 10 bits, 30 us an LED, 0.3 ms latch,
1 ms turnaround. What stands between it and the firmware: about 0.6 us a byte in which the strip's wire waits for the
next one (a serial byte may have to be saved meanwhile), and at 1 Mbaud the pixels still waiting in the ring.
Beside it plain Adalight on the same line and the same board: 30 pictures one after the other, no acknowledgement.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.hardware.board import Board, Pixel, build_elf, missing_tools
from tests.hardware.wire import adalight, picture

LEDS = (60, 144, 300)
BAUDS = (115_200, 250_000, 500_000, 1_000_000)
PICTURES = 30
TURNAROUND_US = 1000


def soft(leds: int, turn: int) -> list[Pixel]:
    """A picture the calm limit lets through as it is, another for each turn."""
    return [((i + turn) % 14 + 1, (i + turn) % 6 + 4, (i * turn) % 13) for i in range(leds)]


def limit_us(leds: int, baud: int) -> float:
    """Line, strip, latch and turnaround of one picture."""
    return (8 + 3 * leds + 13) * 10e6 / baud + 30 * leds + 300 + TURNAROUND_US


def started(leds: int, baud: int) -> Board:
    board = Board(build_elf(leds, baud, 7500), baud)
    board.run(60_000)
    board.read()
    board.clear_frames()
    return board


def round_trips_us(leds: int, baud: int) -> Iterator[float]:
    """From the first byte of a picture to the last of its acknowledgement; nothing for a picture not shown."""
    board = started(leds, baud)
    for turn in range(PICTURES):
        sent, got = board.us, 0
        board.write(picture(turn, soft(leds, turn)))
        while got < 13 and board.us - sent < 1e6:
            board.run(1e6, stop_on_rx=True)
            got += len(board.read())
        if got == 13 and board.frames()[-1].pixels == soft(leds, turn):
            yield board.us - sent
        board.run(TURNAROUND_US)


def plain_adalight(leds: int, baud: int) -> tuple[int, int]:
    """Of 30 pictures sent without waiting: how many are shown right, how many pictures are shown wrong."""
    board = started(leds, baud)
    pictures = [soft(leds, turn) for turn in range(PICTURES)]
    board.write(b"".join(adalight(pixels) for pixels in pictures))
    board.drain(60e6)
    board.run(30_000)
    shown = [frame.pixels for frame in board.frames()]
    right = sum(pixels in shown for pixels in pictures)
    return right, sum(pixels not in pictures for pixels in shown)


def main() -> None:
    """Print the table."""
    if missing_tools():
        print(missing_tools())
        return
    print("LEDs    baud | pictures/s   limit   share | round trip ms | shown | Adalight right  wrong  of 30")
    for leds in LEDS:
        for baud in BAUDS:
            trips = list(round_trips_us(leds, baud))
            mean = sum(trips) / len(trips)
            reached, limit = 1e6 / (mean + TURNAROUND_US), 1e6 / limit_us(leds, baud)
            right, wrong = plain_adalight(leds, baud)
            line = f"{leds:4}{baud:8} | {reached:10.1f}{limit:8.1f}{reached / limit:8.1%} | {mean / 1000:13.2f} |"
            print(f"{line} {len(trips):2}/{PICTURES} | {right:14}{wrong:7}", flush=True)


if __name__ == "__main__":
    main()
