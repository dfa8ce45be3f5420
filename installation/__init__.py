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
    players     the table of players: who starts, leaves and gives grains
    now         the record; fields is its data dictionary: every field, its unit, its one writer
    machine     what this machine is, in one line
    score       the composition: watts and joules to what is heard and seen, pure functions
    plug        a name in config.toml -> the file of that name
    player      one process doing one thing, a little at a time
    conductor   starts the players, hears their beats, brings them back
    command     one file per word of the command line
    text        the passages and the piece's own fixed sentences
    take        virtual time: film and audit
    workshop    the stage, its sound, the sketch's file and its mistakes

The players, one room each, and what is in it
    meter       sources/ (plug-ins), session, integrator, recording
    network     networks/ (plug-ins), listing, process/ (runs in the child), remote/ (MQTT)
    sound       voices/ (plug-ins), block, mixer, limiter, stream
    screen      scenes/ (plug-ins), board, picture, window, ground/ (the section's machinery)
    light       strips/ (plug-ins), sparks, slew, dither, line
    ledger      book, totals, summary

The listing of each plural folder is its list of plug-ins; what helps one of them begins with an underscore there.
docs/plugins.md has the contract of each kind, docs/glossary.md the words.
"""

__version__ = "0.1.0"
