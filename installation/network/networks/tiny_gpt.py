"""Tiny GPT: attention that looks back only, over a made-up alphabet of sixteen signs; it guesses the next sign.

Each line is nine random signs, then the same nine again. Of the first half nobody can know more than one sign in
sixteen; the second can be known by looking back nine places. Its words are numbers: it reads no text.
"""

import keras
import numpy as np
from keras.layers import Dense, Embedding, Input, LayerNormalization, MultiHeadAttention
from keras.ops import arange, zeros_like

alphabet, length, width = 16, 17, 64


def network() -> None:
    signs = Input((length,), dtype="int32")
    places = zeros_like(signs) + arange(length, dtype="int32")
    x = Embedding(alphabet, width)(signs) + Embedding(length, width)(places)
    for _ in range(2):
        inner = LayerNormalization()(x)
        x = x + MultiHeadAttention(4, width // 4)(inner, inner, use_causal_mask=True)
        x = x + Dense(width)(Dense(4 * width, activation="gelu")(LayerNormalization()(x)))
    next_sign = Dense(alphabet, activation="softmax")(LayerNormalization()(x))

    model = keras.Model(signs, next_sign)
    model.compile(optimizer=keras.optimizers.Adam(3e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])

    half = np.random.randint(alphabet, size=(2048, 9))
    lines = np.hstack([half, half])

    model.fit(lines[:, :-1], lines[:, 1:], epochs=8, batch_size=32)
