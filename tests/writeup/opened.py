"""Read exported files back: docx, odt and EPUB with pandoc, PDF with pypdf, and the site with zipfile."""

from __future__ import annotations

import io
import subprocess
import zipfile

import pypandoc
import pypdf


def text_of(name: str, written: bytes) -> str:
    """Return the text that a reader sees."""
    if name == "pdf":
        return pdf_text(written)
    if name in ("docx", "odt", "epub"):
        return by_pandoc(name, written, "plain")
    if name == "site":
        return "\n".join(data.decode() for data in unzipped(written).values())
    return written.decode()


def by_pandoc(name: str, written: bytes, to: str) -> str:
    command = [pypandoc.get_pandoc_path(), f"--from={name}", f"--to={to}", "--sandbox", "--wrap=none"]
    return subprocess.run(command, input=written, capture_output=True, check=True).stdout.decode()


def pdf_text(written: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(written)).pages)


def unzipped(written: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}
