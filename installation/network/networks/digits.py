"""Digits: two convolutions learn to read the digits of a pocket calculator.

These lines draw each digit of up to seven strokes, push it about and cover it with noise: there is no photograph and
nobody's hand in it. New drawings are read as well as those it was shown, since one rule draws them all.
"""

import keras
import numpy as np
from keras.layers import Conv2D, Dense, Flatten, Input, MaxPooling2D
from keras.models import Sequential

# Strokes: top, upper left, upper right, middle, lower left, lower right, bottom
strokes = "1110111", "0010010", "1011101", "1011011", "0111010", "1101011", "1101111", "1010010", "1111111", "1111011"
paper = np.zeros((7, 11, 7))
for stroke, (y, x, high, wide) in enumerate(
    [(0, 1, 1, 5), (1, 0, 4, 1), (1, 6, 4, 1), (5, 1, 1, 5), (6, 0, 4, 1), (6, 6, 4, 1), (10, 1, 1, 5)]
):
    paper[stroke, y : y + high, x : x + wide] = 1
drawn = np.array([sum(paper[i] for i, on in enumerate(digit) if on == "1") for digit in strokes])


def network() -> None:
    model = Sequential([Input((16, 12, 1))])
    model.add(Conv2D(8, 3, activation="relu"))
    model.add(MaxPooling2D())
    model.add(Conv2D(16, 3, activation="relu"))
    model.add(Flatten())
    model.add(Dense(10, activation="softmax"))
    model.compile(optimizer=keras.optimizers.Adam(4e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])

    labels = np.random.randint(10, size=2048)
    data = np.random.normal(0, 0.3, size=(2048, 16, 12, 1))
    for digit, picture, y, x in zip(labels, data, *np.random.randint(5, size=(2, 2048)), strict=True):
        picture[y : y + 11, x : x + 7, 0] += drawn[digit]

    model.fit(data, labels, epochs=12, batch_size=32)
