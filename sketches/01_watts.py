"""Watts as colour: grey when the machine rests, pale when it works; as wide as the power, and heard as a tone."""

FULL = 300  # W that fill the picture; change it to what your machine can draw


def draw(stage, now):
    share = min(now.watts / FULL, 1)
    stage.background("ground", 0.1)
    colour = stage.mix("rest", "pale", share)
    stage.rect(0, stage.height * 0.3, stage.width * share, stage.height * 0.4, colour)
    stage.text(stage.reading, 40, stage.height * 0.76, 48)
    stage.tone(now.watts, 0.5)  # a watt is a hertz; below 30 it is not heard
