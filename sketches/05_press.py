"""Press: what one fit takes. Click, and a disc grows by one joule of area for every joule; the last ones stay."""

import math

AREA = 40  # square pixels for one joule: the area is the energy, not the width
kept = []  # joules of the fits that are over
began = None  # now.joules when the newest fit began


def draw(stage, now):
    global began
    stage.background()
    fitting = now.phase == 2
    if fitting and began is None:
        began = now.joules
    if not fitting and began is not None:
        kept.append(now.fit_joules)
        began = None

    discs = kept[-5:] + ([now.joules - began] if fitting else [])
    for place, joules in enumerate(j for j in discs if j > 0):  # a fit without a reading has no disc
        x = stage.width * (place + 1) / (len(discs) + 1)
        colour = "lit" if fitting and place == len(discs) - 1 else "rest"
        stage.circle(x, stage.height * 0.5, math.sqrt(joules * AREA / math.pi), colour)
        stage.text(f"{joules:.0f} J", x, stage.height * 0.8, 36, "bright", "centre")

    done = (now.epoch - 1 + now.batch / now.batches) / now.epochs if fitting and now.batches else 0
    stage.rect(0, stage.height - 8, stage.width * done, 8, "lit")
    stage.text("Click to press." if not fitting else now.fit_line, 40, 30, 36, "quiet")
    stage.text(stage.reading, stage.width - 40, 30, 40, "bright", "right")


def press(now):
    now.press()
