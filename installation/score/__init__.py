"""The score, the composition of the piece: pure functions from watts and joules to what is heard and seen."""
