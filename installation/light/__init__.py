"""The light player and its plug-ins."""
