"""The voices: each file adds to a block of sound, a class `Voice`."""
