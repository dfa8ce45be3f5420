"""GAN: one half makes points out of noise, the other tells them from true ones; each learns by the other's mistakes.

The true points lie on a ring, and the maker never sees one: it is told how the teller told its points apart, with the
sign turned round. Where nothing is left to tell apart, half of the answers are right. After Goodfellow and others 2014.
"""

import keras
import numpy as np
from keras.layers import Dense, Input, LeakyReLU
from keras.models import Sequential
from keras.ops import stop_gradient


def network() -> None:
    maker = Sequential([Input((4,)), Dense(32), LeakyReLU(), Dense(32), LeakyReLU(), Dense(2)])
    teller = Sequential([Input((2,)), Dense(64), LeakyReLU(), Dense(64), LeakyReLU(), Dense(1, activation="sigmoid")])

    noise, true = Input((4,)), Input((2,))
    made = maker(noise)
    turned = 2 * stop_gradient(made) - made  # the same points, and the opposite of what follows from them
    model = keras.Model([noise, true], {"made": teller(turned), "true": teller(true)})
    told_apart = {"made": ["accuracy"], "true": ["accuracy"]}
    model.compile(optimizer=keras.optimizers.Adam(2e-3, beta_1=0.5), loss="binary_crossentropy", metrics=told_apart)

    angle = np.random.uniform(0, 2 * np.pi, size=4096)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1) + np.random.normal(0, 0.05, size=(4096, 2))
    sources = np.random.normal(size=(4096, 4))
    answers = {"made": np.zeros((4096, 1)), "true": np.ones((4096, 1))}

    model.fit([sources, ring], answers, epochs=20, batch_size=64)
