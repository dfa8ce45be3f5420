"""The meter player and its plug-ins."""
