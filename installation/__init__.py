"""Underfoot: a Keras network trains in this room, and every joule it draws is heard, seen and lit.

One joule is one grain: one drop of sound, one spark on the strip, one point that settles as ground.

The piece is a handful of players. Each is one process and one folder, and none knows another.
They meet only in `now`, a small shared record of everything that is true at this moment::

    config.toml
       |
    meter ──► now ◄── network            (writers)
               │
      sound  screen  light  ledger       (readers; each writes only its own beat and counts)

Where to look
    config      config.toml as frozen, typed settings
    now         the record: every field, its unit, its one writer
    machine     what this machine is, in one line
    score       the composition: watts and joules to what is heard and seen, pure functions
    plug        a name in config.toml -> the file of that name
    player      one process doing one thing, a little at a time
    conductor   starts the players, hears their beats, brings them back
    command     one file per word of the command line
    meter, network, sound, screen, light, ledger    the players, one folder each
    stage, sketch    what workshop files draw and sound on
    text        the passages and the piece's own fixed sentences
"""

__version__ = "0.1.0"
