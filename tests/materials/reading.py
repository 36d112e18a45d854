"""Read a finished PDF the way people do: text of each page with two readers, and its picture."""

import subprocess
from pathlib import Path

import pypdfium2
from PIL import Image
from pypdf import PdfReader


def pypdf_pages(path: Path) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(path).pages]


def poppler_pages(path: Path) -> list[str]:
    shown = subprocess.run(["pdftotext", str(path), "-"], check=True, capture_output=True)
    return ["".join(page.split()) for page in shown.stdout.decode().split("\f")[:-1]]


def picture(path: Path, page: int, scale: float = 1.0) -> Image.Image:
    """The page, counted from 0, in grey."""
    pdf = pypdfium2.PdfDocument(path)
    try:
        return pdf[page].render(scale=scale).to_pil().convert("L")
    finally:
        pdf.close()


def bookmarks(path: Path) -> list[tuple[str, int]]:
    """Titles with their pages from 1, in reading order."""
    reader = PdfReader(path)

    def walk(items: list) -> list[tuple[str, int]]:
        found = []
        for item in items:
            if isinstance(item, list):
                found += walk(item)
            else:
                found.append((item.title, reader.get_destination_page_number(item) + 1))
        return found

    return walk(reader.outline)
