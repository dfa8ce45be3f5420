"""The words of the piece: passages with their proof, the fixed sentences per language, land and scale in words.

Watts never touch the letters: nothing in this folder reads the meter, the record or a clock, and nothing here draws.
"""
