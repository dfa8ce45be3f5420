"""Hello: what this machine draws at this moment, in words. Change a word, save, and look up."""


def draw(stage, now):
    stage.background()
    stage.text("This machine draws", stage.width / 2, stage.height * 0.28, 44, "quiet", "centre")
    stage.text(stage.reading, stage.width / 2, stage.height * 0.38, 120, "bright", "centre")
    stage.text(now.boundary, stage.width / 2, stage.height * 0.66, 28, "quiet", "centre")
