"""The ledger player and its plug-ins."""
