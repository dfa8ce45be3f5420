"""The light player: each grain is a soft spark that walks along the strip, from the wall to the machine.

sparks.py     grains -> linear light per LED (pure)
slew.py       the slew-rate limiter: how fast that light may change, so that nothing flashes (pure)
dither.py     linear light -> bytes, error-feedback dithering over time (pure)
strand.py     all three together: grains -> frames (pure)
tally.py      which grains were lit and which were lost (pure)
codec.py      pixels <-> bytes of Adalight, TPM2 and DDP (pure)
ak.py         pixels <-> bytes of our own checked and acknowledged frames (pure)
device.py     what a strip is to the player
line.py       a strip on a serial port: the port's own thread, and how it comes back
ports.py      names of serial ports that stay the same
pretend.py adalight.py underfoot.py wled.py    the strips; each is one file, named in config.toml
"""
