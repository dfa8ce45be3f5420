"""Frames as a film, and what two independent meters say of its flashes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import numpy as np

RATE = 60  # frames a second


def ffmpeg() -> str:
    """The program, wherever it comes from; empty if it is not here."""
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return shutil.which("ffmpeg") or ""


def keep(frames: Iterable[np.ndarray], path: Path, size: tuple[int, int]) -> None:
    """Write frames, (height, width) of 0x00RRGGBB, as a film."""
    width, height = size
    command = [ffmpeg(), "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "bgra", "-s", f"{width}x{height}"]
    command += ["-r", str(RATE), "-i", "-", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "10"]
    process = subprocess.Popen([*command, "-pix_fmt", "yuv420p", str(path)], stdin=subprocess.PIPE)
    assert process.stdin is not None
    for frame in frames:
        process.stdin.write(np.ascontiguousarray(frame, "<u4").tobytes())
    process.stdin.close()
    assert process.wait(120) == 0


def iris(path: Path) -> str:
    """What IRIS says: Pass, or what failed. Patterns are looked for as well."""
    from iris_pse_detection import Configuration, VideoAnalyser

    settings = Configuration()
    settings.pattern_detection_enabled = True
    settings.results_path = str(path.parent / "iris") + os.sep
    result = VideoAnalyser(settings).analyse_video(str(path))
    return "+".join(r.name for r in result.results) or result.overall_result.name


def badness(path: Path) -> float:
    """The largest badness of ffmpeg's filter: 1 is calm, 5 Hz over the whole field some 7."""
    chain = "photosensitivity=bypass=1,metadata=mode=print:file=-"
    done = subprocess.run(
        [ffmpeg(), "-loglevel", "error", "-i", str(path), "-vf", chain, "-f", "null", "-"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found = re.findall(r"photosensitivity\.badness=([\d.]+)", done.stdout)
    return max(map(float, found))
