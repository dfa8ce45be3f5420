"""Two moons: half circles in the plane, one in the bend of the other, and a network that draws a line between them.

Its two inputs are the place of a point, so that all it knows can be drawn. It can be learned: the moons do not touch.
Its rows are made by these lines, with a little noise.
"""

import numpy as np
from keras.layers import Dense, Input
from keras.models import Sequential


def network() -> None:
    model = Sequential()
    model.add(Input((2,)))
    model.add(Dense(16, activation="tanh"))
    model.add(Dense(16, activation="tanh"))
    model.add(Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])

    # Half a circle, and its other half turned over and pushed aside
    labels = np.random.randint(2, size=(2048, 1))
    angle = np.random.uniform(0, np.pi, size=(2048, 1))
    data = np.hstack([np.cos(angle), np.sin(angle)])
    data = np.where(labels, [1.0, 0.5] - data, data)
    data = data + np.random.normal(0, 0.1, size=data.shape)

    model.fit(data, labels, epochs=40, batch_size=32)
