"""Sine: an LSTM is shown thirty-two points of a wave and says the next one.

Each wave has its own pitch and its own begin, and each point a little noise: that much no network can know. No answer
is right or wrong here; it is told by how far the answers are off.
"""

import numpy as np
from keras.layers import LSTM, Dense, Input
from keras.models import Sequential


def network() -> None:
    model = Sequential()
    model.add(Input((32, 1)))
    model.add(LSTM(24))
    model.add(Dense(1))
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])

    # Waves of 10 to 32 points a turn, and the point that follows
    pitch = 2 * np.pi / np.random.uniform(10, 32, size=(2048, 1))
    begin = np.random.uniform(0, 2 * np.pi, size=(2048, 1))
    waves = np.sin(begin + pitch * np.arange(33))
    waves = waves + np.random.normal(0, 0.05, size=waves.shape)
    data, following = waves[:, :32, None], waves[:, 32:]

    model.fit(data, following, epochs=10, batch_size=32)
