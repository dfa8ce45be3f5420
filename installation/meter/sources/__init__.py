"""The meters: each file is one source of watts, a class `Meter(Source)`."""
