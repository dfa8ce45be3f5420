"""The networks: each file builds a Keras model and fits it, in a function `network`."""
