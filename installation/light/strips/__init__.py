"""The strips: each file brings frames to one kind of LED strip, a class `Strip`."""
