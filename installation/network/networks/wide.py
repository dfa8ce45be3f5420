"""Wide: the seed's shape with two hidden layers, as wide as the free memory allows, so that the card has work to do.

The width is a power of two: on a processor at most 2 048, on a card at most 32 768, its weights with all that training
keeps for them within half of what is free. Its data are the seed's: random, to be learned by heart.
"""

import math

import numpy as np
from keras.layers import Dense, Input
from keras.models import Sequential

from ..process.device import cards
from ..process.memory import free

chance = 0.5  # its answers are thrown like a coin
environment = {"TF_ENABLE_ONEDNN_OPTS": "0"}


def widest() -> int:
    """Weights are about width x width; each takes 12 bytes with its gradient and RMSprop's one number."""
    fits = math.isqrt(int(min(free(cards()) / 2, 1e15) / 12))
    return int(min(2 ** int(math.log2(max(fits, 32))), 32_768 if cards() else 2_048))


def network() -> None:
    width = widest()
    model = Sequential()
    model.add(Input((100,)))
    model.add(Dense(width, activation="relu"))
    model.add(Dense(width, activation="relu"))
    model.add(Dense(1, activation="sigmoid"))
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])

    data = np.random.random((4096, 100))
    labels = np.random.randint(2, size=(4096, 1))

    model.fit(data, labels, epochs=10, batch_size=32)
