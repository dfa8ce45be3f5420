"""Every timed claim of the piece, measured here: `make bench`."""
