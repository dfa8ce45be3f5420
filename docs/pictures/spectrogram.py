"""Draws sound.png: what rest, the seed's fit, a large fit and the settling after it look like as sound.

The watts are made up, and the picture says so; everything after them is the piece itself, as in `underfoot film`. It
needs matplotlib and scipy, which the piece does not: pip install matplotlib scipy, then
python docs/pictures/spectrogram.py
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy.signal import spectrogram

from installation.config import load
from installation.meter.recording import Header, Line, Recorder, read
from installation.now import Now, Phase
from installation.take.parts import Sound
from installation.take.room import OPENED, Room

OUT = Path(__file__).with_name("sound.png")
PRESSES = (11.9, 31.9)  # s
SEED, BERT = 3_265.0, 110e6  # weights
SCENES = [  # from s, watts, phase, weights, words
    (0.0, 24.0, Phase.RESTING, 0.0, "rest, 24 W"),
    (12.0, 110.0, Phase.FITTING, SEED, "the seed, 0.9 s"),
    (12.9, 24.0, Phase.SETTLED, SEED, "\nsettling"),
    (26.0, 24.0, Phase.RESTING, 0.0, "rest"),
    (32.0, 60.0, Phase.PREPARING, BERT, ""),
    (34.0, 330.0, Phase.FITTING, BERT, "a network of 110 million weights, 330 W"),
    (64.0, 24.0, Phase.SETTLED, BERT, "settling, and rest"),
    (80.0, 24.0, Phase.RESTING, 0.0, ""),
]


class Finger:
    """Presses the button."""

    def __init__(self, record: Path) -> None:
        self.now, self.left = Now(record), list(PRESSES)
        self.due = OPENED + self.left[0]

    def step(self) -> None:
        self.now.press()
        self.left.pop(0)
        self.due = OPENED + self.left[0] if self.left else float("inf")

    def leave(self, seconds: float) -> None:
        """Nothing."""


def line(t: float) -> Line:
    """The made-up watts at one moment."""
    i = max(i for i, scene in enumerate(SCENES) if scene[0] <= t)
    begin, watts, phase, parameters, _ = SCENES[i]
    depth = (t - begin) / (SCENES[i + 1][0] - begin) if phase == Phase.FITTING else 0.0
    return Line(t=t, watts=watts, phase=phase, depth=depth, parameters=parameters)


def rendered() -> tuple[np.ndarray, int]:
    """The sound, (n, channels), and its rate."""
    blocks: list[np.ndarray] = []
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder) / "x.jsonl", Header(power_limit=350.0))
        for i in range(int(SCENES[-1][0] / 0.02) + 1):
            recorder.add(line(0.02 * i))
        recorder.close()
        with Room(read(Path(folder) / "x.jsonl"), "made up", load(Path("config.toml"))) as room:
            sound = Sound(room.record, room.config, OPENED, lambda block: blocks.append(block.copy()))
            room.play([sound, Finger(room.record)])
    return np.concatenate(blocks), sound.audio.rate_hz


def main() -> None:
    """Render, and draw."""
    sound, rate = rendered()
    hertz, seconds, power = spectrogram(sound.mean(axis=1), rate, nperseg=4096, noverlap=3072)
    plt.rcParams.update({"font.family": "serif", "font.size": 11, "axes.edgecolor": "#888", "text.color": "#eee"})
    figure, axes = plt.subplots(figsize=(14, 7), facecolor="#0b0a09")
    axes.pcolormesh(seconds, hertz, 10 * np.log10(power + 1e-14), vmin=-112, vmax=-30, cmap="afmhot", rasterized=True)
    axes.set(yscale="log", ylim=(40, 10_000), xlim=(0, SCENES[-1][0]), xlabel="seconds", ylabel="Hz", facecolor="black")
    axes.set_yticks([50, 100, 200, 500, 1000, 2000, 5000], ["50", "100", "200", "500", "1000", "2000", "5000"])
    axes.tick_params(colors="#bbb", which="both")
    axes.xaxis.label.set_color("#bbb")
    axes.yaxis.label.set_color("#bbb")
    for begin, _, _, _, words in SCENES:
        axes.text(begin + 0.3, 7600, words, va="top", fontsize=10)
    for press in PRESSES:
        axes.text(press - 0.3, 3000, "press", ha="right", fontsize=10)
        axes.plot([press, press], [2400, 3600], color="#eee", linewidth=1)
    axes.set_title("Underfoot: the sound of made-up watts (no measurement), one drop for each joule", fontsize=12)
    figure.tight_layout()
    figure.savefig(OUT, dpi=90)


if __name__ == "__main__":
    main()
