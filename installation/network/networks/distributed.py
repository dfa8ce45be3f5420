"""Distributed: the seed's network, fitted by several machines at once, each with its own share of the rows.

The way is Keras's own distribution over JAX, not ours: each machine runs this file with the three variables of
`keras.distribution.initialize`, and each one's meter reads its own watts. Data are the seed's: random.
"""

import os

import keras
import numpy as np
from keras.layers import Dense, Input
from keras.models import Sequential

chance = 0.5  # its answers are thrown like a coin
environment = {"JAX_CPU_COLLECTIVES_IMPLEMENTATION": "gloo"}

workers = int(os.environ.get("KERAS_DISTRIBUTION_NUM_PROCESSES", "1"))
worker = int(os.environ.get("KERAS_DISTRIBUTION_PROCESS_ID", "0"))
if workers > 1:
    keras.distribution.initialize()
    keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))
keras.utils.set_random_seed(2020)  # all begin with the same weights and throw the same data


def network() -> None:
    model = Sequential()
    model.add(Input((100,)))
    model.add(Dense(32, activation="relu"))
    model.add(Dense(1, activation="sigmoid"))
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])

    data = np.random.random((1024, 100))[worker::workers]
    labels = np.random.randint(2, size=(1024, 1))[worker::workers]

    model.fit(data, labels, epochs=10, batch_size=32)
