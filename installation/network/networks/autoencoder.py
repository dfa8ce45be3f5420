"""Autoencoder: sixty-four numbers must pass through two, and be told again on the other side.

Each row is a hill on a line of sixty-four places; where it stands and how broad it is are all there is to know. Two
numbers suffice, and nobody says which two: the network finds its own.
"""

import numpy as np
from keras.layers import Dense, Input
from keras.models import Sequential


def network() -> None:
    model = Sequential()
    model.add(Input((64,)))
    model.add(Dense(64, activation="relu"))
    model.add(Dense(2))
    model.add(Dense(64, activation="relu"))
    model.add(Dense(64, activation="sigmoid"))
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])

    place = np.random.uniform(8, 56, size=(4096, 1))
    breadth = np.random.uniform(2, 8, size=(4096, 1))
    hills = np.exp(-(((np.arange(64) - place) / breadth) ** 2))

    model.fit(hills, hills, epochs=20, batch_size=32)
