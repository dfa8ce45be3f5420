"""The pixels of a surface as an array that lies in its own memory."""

from __future__ import annotations

import numpy as np
import pygame
from numpy.typing import NDArray

Pixels = NDArray[np.uint32]


def view(surface: pygame.Surface) -> Pixels:
    """The pixels of a surface, (height, width) of 0xAARRGGBB; the surface is locked while this lives, so delete it."""
    width, height = surface.get_size()
    pitch = surface.get_pitch() // 4
    pixels: Pixels = np.frombuffer(surface.get_view("0"), np.uint32)  # type: ignore[call-overload]
    return pixels.reshape(height, pitch)[:, :width]
