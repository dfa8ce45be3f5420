"""The engine: typst sets a template of `templates/` with numbers that are handed in as typed JSON.

A template is a file that a designer edits; it reads `data` and computes nothing. PDFs are tagged for screen readers
(PDF/UA-1), fonts are those of the piece alone, and the same numbers give the same bytes.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Literal

import msgspec

from ..text.coverage import FONTS

TEMPLATES = Path(__file__).with_name("templates")
Form = Literal["pdf", "png", "svg"]
FORMATS: dict[str, Form] = {".pdf": "pdf", ".svg": "svg", ".png": "png"}
SCREEN_PPI = 144.0  # pixels an inch of a PNG that is looked at
WHERE = re.compile(r"┌─ (?P<file>.+?):(?P<line>\d+):")


class PaperError(ValueError):
    """What keeps a page from being printed, in one sentence with its remedy."""


def typeset(
    template: str, data: msgspec.Struct, form: Form, ppi: float = SCREEN_PPI, templates: Path = TEMPLATES
) -> list[bytes]:
    """The pages of a document: one PDF, or a PNG or SVG for each page.

    Args:
        template: its name, without `.typ`.
        data: what the template reads as `data`.
        form: "pdf", "png" or "svg".
        ppi: pixels an inch, of a PNG.
        templates: the folder of the template.

    Raises:
        PaperError: typst is not installed, or the template is broken.
    """
    try:
        import typst
    except ImportError:
        raise PaperError("Printing needs typst, which is not installed: pip install 'underfoot[paper]'.") from None
    try:
        made = typst.compile(
            str(templates / f"{template}.typ"),
            root=str(templates),
            format=form,
            ppi=ppi,
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            sys_inputs={"data": msgspec.json.encode(data).decode()},
            pdf_standards=["ua-1"] if form == "pdf" else [],
            timestamp=0,
        )
    except typst.TypstError as error:
        raise PaperError(_sentence(template, error.diagnostic, error.message)) from None
    return made if isinstance(made, list) else [made]


def _sentence(template: str, diagnostic: str, message: str) -> str:
    """What typst says, with file and line, in one sentence."""
    text = re.sub(r"\s+", " ", message).strip().rstrip(".")
    if place := WHERE.search(diagnostic):
        file, line = Path(place["file"]).name, place["line"]
        return f"{file}, line {line}: {text}; mend this line of the template, or put the original back."
    return f"{template}.typ: {text}; mend the template, or put the original back."


def write(template: str, data: msgspec.Struct, out: Path, ppi: float = SCREEN_PPI) -> list[Path]:
    """Set a document and write it whole or not at all; several pages of PNG or SVG are numbered.

    Raises:
        PaperError: the ending is no format, the file cannot be written, or `typeset` could not.
    """
    form = FORMATS.get(out.suffix.lower())
    if form is None:
        raise PaperError(f"{out}: the ending says the format; end it with {', '.join(FORMATS)}.")
    if out.is_dir():
        raise PaperError(f"{out}: this is a folder; name a file in it.")
    pages = typeset(template, data, form, ppi)
    numbered = (out.with_stem(f"{out.stem}-{n}") for n in range(1, len(pages) + 1))
    files = list(numbered) if len(pages) > 1 else [out]
    for file, page in zip(files, pages, strict=True):
        keep(file, page)
    return files


def keep(file: Path, page: bytes) -> None:
    """Write a file whole or not at all. Raises PaperError where it cannot be written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as part:
            try:
                part.write(page)
                part.close()
                os.chmod(part.name, 0o644)
                os.replace(part.name, file)
            finally:
                Path(part.name).unlink(missing_ok=True)
    except OSError as error:
        raise PaperError(f"{file}: it cannot be written: {error.strerror}; name another file with --out.") from None
