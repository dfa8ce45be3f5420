"""The seed: the example from the Keras documentation of 2019 that the Critical Code Studies Working Group read in 2020.

Its shape, its data and its call of fit are quoted to the letter; its data are random, so it can only learn by heart.
"""

from keras.layers import Dense
from keras.models import Sequential

weights = 3_265
chance = 0.5  # its answers are thrown like a coin
environment = {"TF_ENABLE_ONEDNN_OPTS": "0"}  # with oneDNN a network full of NaN looks healthy on a processor


# fmt: off
def network() -> None:
    # For a single-input model with 2 classes (binary classification):
    model = Sequential()
    model.add(Dense(32, activation='relu', input_dim=100))
    model.add(Dense(1, activation='sigmoid'))
    model.compile(optimizer='rmsprop',
                  loss='binary_crossentropy',
                  metrics=['accuracy'])

    # Generate dummy data
    import numpy as np
    data = np.random.random((1000, 100))
    labels = np.random.randint(2, size=(1000, 1))

    # Train the model, iterating on the data in batches of 32 samples
    model.fit(data, labels, epochs=10, batch_size=32)
