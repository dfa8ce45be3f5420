"""Decoding: the bytes of a file become text, whatever program of whatever decade wrote them."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

import charset_normalizer

from ..recording import BadRecording

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
KINDS = (  # the first bytes of files that are no text
    (b"PK\x03\x04", "a workbook or an archive (zip)", "save its table as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save its table as CSV"),
    (b"\x1f\x8b", "compressed (gzip)", "unpack it with gunzip"),
    (b"\xfd7zXZ", "compressed (xz)", "unpack it with unxz"),
    (b"SQLite format 3", "a SQLite database", "export its table as CSV"),
    (b"PAR1", "a Parquet file", "export it as CSV"),
    (b"\x89HDF", "an HDF5 file", "export its table as CSV"),
    (b"%PDF", "a PDF", "look for the log it was made from"),
)
SINGLE = ["cp1252", "latin_1", "cp1250", "cp437", "cp932", "gb18030"]  # what loggers of Windows write
ESCAPES = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")  # colours of a terminal
SAMPLE = 1 << 16  # bytes that are enough to tell an encoding


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        BadRecording: it is not there, cannot be read, or is no text.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise BadRecording(f"{path}: there is no such file; write its path from here.") from None
    except IsADirectoryError:
        raise BadRecording(f"{path}: this is a folder; name a file in it.") from None
    except OSError as error:
        raise BadRecording(f"{path}: the file cannot be read ({error.strerror}); check its permissions.") from None
    for magic, what, remedy in KINDS:
        if data.startswith(magic):
            raise BadRecording(f"{path}: this is {what}, not a log in text; {remedy} first.")
    text = ESCAPES.sub("", _decoded(data, path).replace("\x00", ""))
    if not text.strip():
        raise BadRecording(f"{path}: the file is empty; name the log of a power meter.")
    return text


def _decoded(data: bytes, path: Path) -> str:
    encoding = next((name for bom, name in BOMS if data.startswith(bom)), "") or _without_bom(data)
    try:
        return data.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        if encoding:  # a mark at the begin, and then something cut or mixed: what can be read is read
            return data.decode(encoding, errors="replace")
    sample = data[:SAMPLE]
    found = charset_normalizer.from_bytes(sample, cp_isolation=SINGLE).best()
    controls = sum(byte < 32 and byte not in b"\t\n\r\x0b\x0c\x1b\x00" for byte in sample)
    if found is None or controls > len(sample) / 100:
        raise BadRecording(f"{path}: this is not text; a log is CSV, or lines of text or JSON.")
    return data.decode(found.encoding, errors="replace")


def _without_bom(data: bytes) -> str:
    """UTF-16 without its mark: every other byte of plain text is zero."""
    sample = data[:SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > len(sample) / 5 > 10 * even:
        return "utf-16-le"
    return "utf-16-be" if even > len(sample) / 5 > 10 * odd else ""
