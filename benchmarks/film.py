"""The film: how fast a take is drawn, heard, lit and encoded, against the time it lasts."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

SECONDS = 14.0  # and six more, in which the last points settle


def main() -> None:
    """Print the speed of a film of 1920 x 1080 at 30 frames a second, and of the same without an encoder."""
    from installation.config import load
    from installation.meter.replay_file import load as load_file
    from installation.take.film import Film, FilmError
    from installation.take.parts import Picture, Sound, Strip
    from installation.take.room import OPENED, Room

    config = load(Path("config.toml"))
    with tempfile.TemporaryDirectory() as name:
        recording = load_file(str(_recording(Path(name)))).recording
        for what in ("sound", "sound, strip and picture"):
            began = _now()
            with Room(recording, "bench", config) as room:
                parts = [Sound(room.record, config, OPENED, lambda block: None)]
                if what != "sound":
                    parts += [  # type: ignore[list-item]
                        Strip(room.record, room.config, OPENED),
                        Picture(room.record, room.config, OPENED, 30.0, lambda frame, seconds: None),
                    ]
                room.play(parts)
                _say(what, room.seconds, began)
        try:
            began = _now()
            made = Film(recording, "bench", config, Path(name) / "bench.mp4", strip=True).run()
            _say("film, 1080p30, H.264 and AAC", made.seconds, began)
        except FilmError as error:
            print(f"film: {error}")


def _now() -> tuple[float, float]:
    """Seconds on the clock, and seconds of processor time of this process and its children."""
    return time.perf_counter(), sum(os.times()[:4])


def _say(what: str, seconds: float, began: tuple[float, float]) -> None:
    wall, processor = (b - a for a, b in zip(began, _now(), strict=True))
    print(f"{what:30} {seconds / wall:6.1f} x real time   {processor / seconds:5.2f} s of processor time a second")


def _recording(folder: Path) -> Path:
    """Rest, then a fit at 330 W, then rest."""
    rows = [f"{0.05 * i:.2f},{330 if 80 <= i < 200 else 24}" for i in range(int(SECONDS * 20) + 1)]
    path = folder / "bench.csv"
    path.write_text("t_s,watts\n" + "\n".join(rows) + "\n")
    return path


if __name__ == "__main__":
    main()
