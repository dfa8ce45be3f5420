"""Breath: the last six seconds as one line. The samples are the meter's own, nothing is smoothed."""

import numpy as np

FULL = 300  # W at the upper edge


def draw(stage, now):
    stage.background()
    rows = now.samples[now.samples[:, 0] > 0]  # time, joules, watts, provenance, phase, depth, weights
    rows = rows[rows[:, 3] > 0]  # where there was no reading there is no line
    if len(rows) > 1:
        x = stage.width * (1 - (rows[-1, 0] - rows[:, 0]) / 6)
        y = stage.height * (0.85 - 0.7 * np.minimum(rows[:, 2] / FULL, 1))
        stage.lines(np.column_stack([x, y]), "lit", 3)
        stage.circle(x[-1], y[-1], 9, "bright")
        stage.tone(110 * 2 ** (rows[-1, 2] / 100), 0.4)  # an octave for every hundred watts
        least, most = rows[:, 2].min(), rows[:, 2].max()
        stage.text(f"{least:.0f} to {most:.0f} W in six seconds", 40, 30, 32, "quiet")
    stage.text(stage.reading, stage.width - 40, 30, 40, "bright", "right")
