"""One joule, one sound, one dot. Count them: nothing here is scaled for effect."""

import numpy as np

fallen = np.zeros((0, 5))  # of each grain: x, the second it fell, red, green, blue


def draw(stage, now):
    global fallen
    stage.background()
    grains = stage.grains
    if len(grains):
        when = np.full(len(grains), stage.seconds)
        fresh = np.column_stack([grains.places * stage.width, when, stage.colours(grains)])
        fallen = np.vstack([fallen, fresh])[-20000:]
        for place in grains.places:
            stage.drop(place, 400 + 400 * place)

    floor = stage.height * 0.9
    heights = np.minimum((stage.seconds - fallen[:, 1]) * 300, floor)  # 300 pixels a second, then they lie
    stage.dots(fallen[:, 0], heights, 3, fallen[:, 2:])
    stage.text(f"{len(fallen)} grains of {now.joules_per_grain:g} J", 40, 30, 40, "quiet")
    stage.text(stage.reading, stage.width - 40, 30, 40, "bright", "right")
