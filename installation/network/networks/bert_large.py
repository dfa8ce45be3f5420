"""BERT large in plain Keras layers: 335 141 888 weights, and 1 025 more that answer yes or no.

Its shape is that of Devlin and others 2019 (arXiv 1810.04805), without dropout. Its weights begin at random, its words
are random numbers, its answers are thrown like a coin: it reads no text, and can only learn by heart.
"""

import keras
import numpy as np
from keras import ops
from keras.layers import Dense, Embedding, LayerNormalization, MultiHeadAttention

weights = 335_142_913
chance = 0.5  # its answers are thrown like a coin


def network() -> None:
    depth, width, heads, length = 24, 1024, 16, 128

    words = keras.Input((length,), dtype="int32")
    kinds = ops.zeros_like(words)
    places = kinds + ops.arange(length, dtype="int32")
    x = Embedding(30522, width)(words) + Embedding(512, width)(places) + Embedding(2, width)(kinds)
    x = LayerNormalization(epsilon=1e-12)(x)
    for _ in range(depth):
        x = LayerNormalization(epsilon=1e-12)(x + MultiHeadAttention(heads, width // heads)(x, x))
        inner = Dense(4 * width, activation="gelu")(x)
        x = LayerNormalization(epsilon=1e-12)(x + Dense(width)(inner))
    pooled = Dense(width, activation="tanh")(x[:, 0])
    answer = Dense(1, activation="sigmoid", dtype="float32")(pooled)

    model = keras.Model(words, answer)
    model.compile(optimizer=keras.optimizers.AdamW(1e-4), loss="binary_crossentropy", metrics=["accuracy"])

    data = np.random.randint(30522, size=(256, length))
    labels = np.random.randint(2, size=(256, 1))

    model.fit(data, labels, epochs=4, batch_size=8, steps_per_epoch=32)
