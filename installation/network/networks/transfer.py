"""Transfer: a base learns one task with many rows; frozen, it helps nine weights to learn another task with few.

Both tasks ask about one hidden direction, seen only through mixed waves of it: in which of eight sectors it lies, with
4 096 rows; then in which half, with 24, which would be too few without the base.
"""

import keras
import numpy as np
from keras.layers import Dense, Input
from keras.models import Sequential

mixing = np.random.normal(size=(8, 32))


def seen(angle: np.ndarray) -> np.ndarray:
    waves = np.outer(angle, [6, 7, 11, 13])
    mixed = np.hstack([np.cos(waves), np.sin(waves)]) @ mixing
    return mixed + np.random.normal(0, 0.3, size=mixed.shape)


def network() -> None:
    base = Sequential([Input((32,)), Dense(128, activation="relu"), Dense(8, activation="softmax")])
    base.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

    angles = np.random.uniform(0, 2 * np.pi, size=4096)
    base.fit(seen(angles), angles // (np.pi / 4), epochs=10, batch_size=32)

    base.trainable = False
    model = Sequential([base, Dense(1, activation="sigmoid")])
    model.compile(optimizer=keras.optimizers.Adam(0.1), loss="binary_crossentropy", metrics=["accuracy"])

    few = np.random.uniform(0, 2 * np.pi, size=24)
    model.fit(seen(few), few // np.pi, epochs=40, batch_size=8)
