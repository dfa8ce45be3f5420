"""The scenes: each file draws one part of the picture, a class `Scene`."""
