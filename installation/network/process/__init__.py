"""What runs in the process that fits: one network, compiled once, watched while it trains."""
