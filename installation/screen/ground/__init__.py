"""The section's machinery: the day's energy as layers, kept, restored and painted."""
