"""The screen player and its plug-ins."""
