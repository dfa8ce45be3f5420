"""Weights: the first layer of the network as it learns, 100 rows of 32 numbers. Press, and watch it move."""

words = "Nothing has been trained yet: click, or press the space bar."


def draw(stage, now):
    stage.background()
    weights = now.weights.T
    if weights.any():
        stage.picture(weights, 40, 110, stage.width - 80, stage.height * 0.6, "ground", "amber")
        stage.code(now.fit_line, 40, stage.height * 0.82, 30)
        stage.text(f"loss {now.loss:.3f} after {now.updates:.0f} batches", 40, stage.height * 0.9, 30, "quiet")
    else:
        stage.text(words, 40, stage.height * 0.5, 36, "quiet")
    stage.text(stage.reading, stage.width - 40, 30, 40, "bright", "right")


def press(now):
    now.press()


def key(name, now):
    if name == "space":
        now.press()
