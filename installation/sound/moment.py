"""The former names of what `block` holds, so that a voice written for them still plays."""

from .block import AudioFormat as Hall
from .block import BlockContext as Moment
from .block import Samples, Voice

__all__ = ["Hall", "Moment", "Samples", "Voice"]
