"""The screen player: the picture on the wall, its scenes, and what they are drawn with.

player.py window.py            the process, and its window
picture.py board.py            one moment's picture; what a scene draws on
layout.py colours.py type.py   where things stand, in what colours, in what letters
strata.py past.py restore.py   the section as numbers: from the samples, and back from the ledger
ridge.py painter.py            one of its layers as pixels, and as a picture that is kept
section ages fall code inside number
passage land captions strip help        the scenes; each is one file, named in config.toml
arrange.py took.py legend.py   pages of theirs: lines of a source, what a fit took, the key to the picture
"""

import os

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
