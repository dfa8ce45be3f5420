"""One network on a card, as a child of benchmarks/card.py: fitted again and again for some seconds, told as JSON lines.

`python -m benchmarks._card_fit NAME SECONDS OBSERVED`. Times are monotonic s, the same clock as the parent's meter. The
file's own fit runs unchanged; what follows repeats it on the same model. OBSERVED is how many rounds of the observer's
cost are fitted: bare, with the meter, with the meter and the watch; before each the parent opens or closes its eyes.
"""

from __future__ import annotations

import importlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BARE, METER, WATCHED = "bare", "meter", "meter and watch"


def say(event: str, **values: Any) -> None:
    """Tell the parent."""
    print(json.dumps({"event": event, **values}), flush=True)


def main() -> None:
    name, seconds, observed = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    began = time.monotonic()
    import keras

    module = importlib.import_module(f"installation.network.networks.{name}")
    say("imported", seconds=time.monotonic() - began, keras=keras.__version__, backend=keras.backend.backend())
    if getattr(module, "weights", 0) > 10_000_000:
        keras.config.set_dtype_policy("mixed_bfloat16")
    plain = keras.Model.fit
    keras.Model.fit = lambda model, *rows, **keys: _measured(plain, model, rows, keys, seconds, observed)
    module.network()


def _measured(plain: Any, model: Any, rows: Any, keys: dict[str, Any], seconds: float, observed: int) -> Any:
    import keras

    clock = _clock(keras)
    fit: Callable[..., Any] = lambda *eyes: plain(model, *rows, **{**keys, "verbose": 0, "callbacks": [*eyes, clock]})  # noqa: E731
    began = time.monotonic()
    result = fit()
    say(
        "first",
        seconds=clock.first - began,
        weights=model.count_params(),
        precision=model.dtype_policy.name,
        device=", ".join(keras.distribution.list_devices()) if keras.backend.backend() == "jax" else _torch_device(),
    )
    clock.steps, begun = 0, time.monotonic()
    while time.monotonic() - begun < seconds:
        fit()
    say("steady", began=begun, ended=time.monotonic(), steps=clock.steps)
    if observed:
        _observe(fit, clock, observed)
    return result


def _clock(keras: Any) -> Any:
    class Clock(keras.callbacks.Callback):  # type: ignore[misc]
        """Counts steps and keeps when the first ended."""

        steps, first = 0, 0.0

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.first = self.first or time.monotonic()
            self.steps += 1

    return Clock()


def _torch_device() -> str:
    if os.environ.get("KERAS_BACKEND") != "torch":
        return ""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"


def _observe(fit: Callable[..., Any], clock: Any, rounds: int) -> None:
    """Seconds of the same fit by turns; the ratio is taken within each round."""
    watch = _watch()
    taken: dict[str, list[float]] = {BARE: [], METER: [], **({WATCHED: []} if watch else {})}
    for _ in range(rounds + 1):
        for way, times in taken.items():
            say("eyes", open=way != BARE)
            sys.stdin.readline()
            if watch:
                watch.ready(None, 32, 600.0)
            began = time.monotonic()
            fit(*([watch] if way == WATCHED else []))
            times.append(time.monotonic() - began)
    ratios = {
        way: statistics.median(t / bare for t, bare in zip(times[1:], taken[BARE][1:], strict=True))
        for way, times in taken.items()
    }
    say("observed", ratios=ratios, rounds=rounds, seconds=statistics.median(taken[BARE][1:]))


def _watch() -> Any:
    """The piece's own watch on a record of its own."""
    from installation.network.process.watch import Watch
    from installation.now import Now

    folder = Path(tempfile.mkdtemp())
    Now.open_doors(folder / "now")
    return Watch(Now(folder / "now", "network"), lambda: False)


if __name__ == "__main__":
    main()
