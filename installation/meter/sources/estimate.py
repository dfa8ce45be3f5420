"""The estimate stands in where nothing can be measured: what the processor's time and memory usually draw.

Two coefficients a hardware thread and one a gigabyte, from public benchmark results of servers. It follows the trend
and may be wrong in level: in hundreds of runs held against an outside meter, such estimates erred by up to 40 %. So
its word is always ESTIMATED and its interval is always shown. `underfoot calibrate` makes it better where a plug was
ever attached.
"""

from __future__ import annotations

import time
from collections import deque

import psutil

from ...now import Provenance
from ..source import About, Reading, Source

# W for each hardware thread, idle and busy: averages over server processors, from SPECpower_ssj2008 results.
# W for each GB of memory. Source: Cloud Carbon Footprint, packages/aws/src/domain/AwsFootprintEstimationConstants.ts
# (MIN_WATTS_AVG, MAX_WATTS_AVG, MEMORY_COEFFICIENT), commit 3668d2e1.
THREAD_IDLE, THREAD_BUSY, MEMORY_GB = 0.74, 3.5, 0.392
IDLE_SHARE = 0.1  # of a processor's rated watts that it draws idle; CodeCarbon's floor
UNCERTAINTY = 0.4  # Fischer 2025, arXiv 2509.22092: consistent errors of up to 40 %
WINDOW = 0.5  # s over which the processor's time is looked at: the kernel counts it in steps of 10 ms


class Meter(Source):
    """Processor and memory of this machine, by their usual draw."""

    covers = "this machine's processor and memory, by their usual draw"
    unhurried = 0.1

    def open(self) -> About:
        threads = psutil.cpu_count() or 1
        rated = self.settings.processor_watts
        self.idle = rated * IDLE_SHARE if rated else threads * THREAD_IDLE
        self.busy = rated or threads * THREAD_BUSY
        gigabytes = psutil.virtual_memory().total / 1e9
        self.memory = gigabytes * MEMORY_GB
        self.seen: deque[tuple[float, float, float]] = deque([(time.monotonic(), *_times())])
        basis = f"rated {rated:g} W" if rated else f"{threads} threads at {THREAD_IDLE:g} to {THREAD_BUSY:g} W"
        return About(
            boundary="this machine’s processor and memory, estimated from its load",
            provenance=Provenance.ESTIMATED,
            uncertainty=UNCERTAINTY,
            detail=f"Estimate from processor time: {basis}, {gigabytes:.0f} GB at {MEMORY_GB:g} W; error up to 40 %.",
            not_counted="graphics card, disks, fans, power supply losses, screen, loudspeaker, strip",
            limits=(self.busy + self.memory,),
            device="processor",
        )

    def read(self) -> Reading:
        seconds = time.monotonic()
        self.seen.append((seconds, *_times()))
        while len(self.seen) > 2 and self.seen[1][0] <= seconds - WINDOW:
            self.seen.popleft()
        return Reading(seconds, self.watts(self.load()))

    def load(self) -> float:
        """Share of the processor that was busy in the window, 0 to 1."""
        (_, busy0, all0), (_, busy1, all1) = self.seen[0], self.seen[-1]
        return min(1.0, max(0.0, (busy1 - busy0) / (all1 - all0))) if all1 > all0 else 0.0

    def watts(self, load: float) -> float:
        return self.idle + load * (self.busy - self.idle) + self.memory


def _times() -> tuple[float, float]:
    """s of processor time since the machine started: busy, and all."""
    t = psutil.cpu_times()
    total = sum(t) - getattr(t, "guest", 0.0) - getattr(t, "guest_nice", 0.0)
    return total - t.idle - getattr(t, "iowait", 0.0), total
