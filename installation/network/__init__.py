"""The network player and its plug-ins."""
