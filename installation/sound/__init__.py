"""The sound player and its plug-ins."""
