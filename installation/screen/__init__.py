"""The screen player: the picture on the wall, its scenes, and what they are drawn with.

player.py window.py            the process, and its window
picture.py board.py            one moment's picture; what a scene draws on
layout.py colours.py type.py   where things stand, in what colours, in what letters
strata.py ridge.py             the section as numbers, and one of its layers as pixels
section fall code number passage land captions strip help    the scenes; each is one file, named in config.toml
"""

import os

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
