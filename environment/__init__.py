"""The environment: the folder `.venv`, made from packages that are pinned by hash, mended where it is not whole.

It needs nothing but Python: it runs before anything is installed. `NAME.txt` here is the pinned list of one set,
written by `make lock`; nobody edits it by hand.
"""
