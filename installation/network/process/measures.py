"""The measures of a network are its loss and metrics under Keras's own names; what each is, its class says."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

import keras

SHARES = (
    keras.metrics.Accuracy,
    keras.metrics.BinaryAccuracy,
    keras.metrics.CategoricalAccuracy,
    keras.metrics.SparseCategoricalAccuracy,
    keras.metrics.TopKCategoricalAccuracy,
    keras.metrics.SparseTopKCategoricalAccuracy,
)  # these count right answers among all
SHARE_FUNCTIONS = {"binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"}
HELD_OUT = "val_"


def numbers(logs: Mapping[str, Any]) -> dict[str, float]:
    """What Keras logs, as plain numbers; without what it asked of rows that are held out, and what is no number."""
    found = {}
    for name, value in logs.items():
        if not name.startswith(HELD_OUT):
            with contextlib.suppress(TypeError, ValueError):
                found[name] = float(value)
    return found


def accuracies(model: Any) -> frozenset[str]:
    """Names in the logs of those metrics of a model that are a share of right answers."""
    return frozenset(name for name, metric in _named(model) if _is_share(metric))


def _is_share(metric: Any) -> bool:
    if isinstance(metric, SHARES):
        return True
    return getattr(getattr(metric, "_fn", None), "__name__", "") in SHARE_FUNCTIONS


def _named(model: Any) -> list[tuple[str, Any]]:
    """Metrics with the names under which they stand in the logs: those of one output of several bear its name."""
    compiled = getattr(model, "_compile_metrics", None)
    found: list[tuple[str, Any]] = []
    if compiled is not None and compiled.built:
        for group in compiled._flat_metrics + compiled._flat_weighted_metrics:
            output = getattr(group, "output_name", None)
            metrics = group.metrics if group else []
            found += [(f"{output}_{metric.name}" if output else metric.name, metric) for metric in metrics]
    return found + [(metric.name, metric) for metric in model.metrics if metric is not compiled]
