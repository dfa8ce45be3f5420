"""A film of a recording: picture, sound and strip of one take, encoded by a packaged ffmpeg.

Frame i is drawn for i / fps, sample n is made for n / rate, and nothing else decides: the same recording with the same
settings gives the same frames and samples. Their SHA-256 is told, because two encoders may make two files of them.
"""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..config import Config
from ..meter.recording import Recording
from ..sound.block import Samples
from ..sound.silent import WavFile
from .parts import Picture, Sound, Strip
from .room import OPENED, Room

QUALITY = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p")
EVEN = "scale=trunc(iw/2)*2:trunc(ih/2)*2"  # H.264 wants even sides
EXACT = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", "-threads", "2")


class FilmError(RuntimeError):
    """What hinders the film, as one sentence with its remedy."""


@dataclass(frozen=True)
class Made:
    """What came of a film."""

    frames: int
    seconds: float
    frames_sha256: str
    samples_sha256: str


def ffmpeg() -> str:
    """The path of the packaged ffmpeg.

    Raises:
        FilmError: the extra `film` is not installed.
    """
    try:
        import imageio_ffmpeg
    except ImportError:
        raise FilmError("A film needs imageio-ffmpeg; install it with: pip install 'underfoot[film]'.") from None
    return str(imageio_ffmpeg.get_ffmpeg_exe())


class Film:
    """Plays a recording into a file.

    Args:
        recording: the samples.
        name: of the recording's file, for the wall.
        config: the settings; [screen] gives the size.
        out: the .mp4 file.
        fps: frames a second.
        strip: whether the strip is drawn along the lower edge.

    Raises:
        FilmError: there is no encoder.
        OSError: the file cannot be written.
    """

    def __init__(
        self, recording: Recording, name: str, config: Config, out: Path, fps: float = 30.0, *, strip: bool = False
    ) -> None:
        self.encoder, self.out = ffmpeg(), out
        out.parent.mkdir(parents=True, exist_ok=True)
        out.open("ab").close()  # what cannot be written is said before an hour was rendered
        self.room = Room(recording, name, config)
        config, record = self.room.config, self.room.record
        self.folder = Path(self.room.folder.name)
        self.sound = Sound(record, config, OPENED, self._hear)
        self.strip = Strip(record, config, OPENED)
        self.picture = Picture(record, config, OPENED, fps, self._see, strip=strip)
        self.seen, self.heard, self.fps = sha256(), sha256(), fps

    def run(self, progress: Callable[[float], None] = lambda _: None) -> Made:
        """Play and encode."""
        silent, hall = self.folder / "silent.mp4", self.sound.audio
        wav = WavFile(self.folder / "sound.wav", hall.rate_hz, hall.channels)
        with self.room, tempfile.TemporaryFile() as said, wav as self.wav:
            width, height = self.picture.window.size
            command = [
                self.encoder, "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgra", "-s", f"{width}x{height}",
                "-r", f"{self.fps:g}", "-i", "-", "-vf", EVEN, *QUALITY, *EXACT, str(silent),
            ]  # fmt: skip
            self.video = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=said)
            try:
                self.room.play([self.sound, self.strip, self.picture], progress)
            except BrokenPipeError:
                said.seek(0)
                raise FilmError(f"The encoder stopped: {said.read().decode(errors='replace').strip()}") from None
            finally:
                self._end_video()
            self.wav.seal()
            self._join(silent)
            return Made(self.picture.frames, self.room.seconds, self.seen.hexdigest(), self.heard.hexdigest())

    def _see(self, frame: Any, at: float) -> None:
        pixels = frame.get_view("0").raw
        self.seen.update(pixels)
        assert self.video.stdin is not None
        self.video.stdin.write(pixels)

    def _hear(self, block: Samples) -> None:
        self.heard.update(block.tobytes())
        self.wav.write(block)

    def _end_video(self) -> None:
        if self.video.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self.video.stdin.close()
        self.video.wait()

    def _join(self, silent: Path) -> None:
        """Picture and sound into one file; the picture is not encoded again."""
        command = [
            self.encoder, "-v", "error", "-y", "-i", str(silent), "-i", str(self.wav.path), "-c:v", "copy",
            "-c:a", "aac", "-b:a", "256k", "-movflags", "+faststart", "-shortest", *EXACT, str(self.out),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise FilmError(f"{self.out} cannot be written: {done.stderr.strip().splitlines()[-1]}")
