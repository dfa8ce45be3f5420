"""One joule, one sound, one dot: they fall, and lie as ground. Nothing here is scaled for effect."""

import numpy as np

ROW = 200  # grains in one row of ground
count = 0
fallen = np.zeros((0, 5))  # of each grain: x, the second it fell, red, green, blue


def draw(stage, now):
    global count, fallen
    stage.background()
    grains = stage.grains
    if len(grains):
        when = np.full(len(grains), stage.seconds)
        fresh = np.column_stack([grains.places * stage.width, when, stage.colours(grains)])
        fallen = np.vstack([fallen, fresh])[-40 * ROW :]  # the oldest rows sink away
        count += len(grains)
        for place in grains.places:
            stage.drop(place, 400 + 400 * place)

    ground = stage.height * 0.96 - np.arange(len(fallen)) // ROW * 7
    y = np.minimum((stage.seconds - fallen[:, 1]) * 300, ground)  # 300 pixels a second, then they lie
    stage.dots(fallen[:, 0], y, 3, fallen[:, 2:])
    stage.text(f"{count} grains of {now.joules_per_grain:g} J", 40, 30, 40, "quiet")
    stage.text(stage.reading, stage.width - 40, 30, 40, "bright", "right")
