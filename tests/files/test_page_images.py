"""Pages of stored files as pictures: drawn once, kept within bounds, and never a page that breaks anything."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import RectangleObject
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from files.page_child import LARGEST_READING
from files.page_images import LARGE, READING, THUMB, PageImages, PageUnreadable
from files.storage import FolderStorage, MissingFile
from materials.fonts import FACES
from tests.completing import small_pdf


@pytest.fixture
def images(storage: FolderStorage) -> PageImages:
    return PageImages(storage, FACES[0].path)


def put(storage: FolderStorage, data: bytes) -> str:
    temp = storage.new_temp()
    temp.write_bytes(data)
    return storage.put(temp)


def picture(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def kept(storage: FolderStorage) -> list[Path]:
    return sorted((storage.root / "pages").glob("*/*"))


def test_a_page_is_drawn_at_the_width_asked_for_and_turned(
    images: PageImages, storage: FolderStorage
) -> None:
    digest = put(storage, small_pdf(pages=2))
    upright = picture(images.image(digest, 2, 2))
    assert (upright.format, upright.width, upright.height) == ("WEBP", READING, 1415)
    assert picture(images.image(digest, 2, 2, LARGE)).width == LARGE
    lying = picture(images.image(digest, 2, 2, READING, 90))
    assert (lying.width, lying.height // 10) == (READING, 70)


def test_what_was_drawn_is_kept(images: PageImages, storage: FolderStorage) -> None:
    digest = put(storage, small_pdf())
    first = images.image(digest, 1, 1)
    storage.remove(digest)  # drawing it again would fail
    assert images.image(digest, 1, 1) == first
    with pytest.raises(MissingFile):
        images.image(digest, 1, 1, LARGE)


def test_small_pictures_are_drawn_ten_at_a_time(images: PageImages, storage: FolderStorage) -> None:
    digest = put(storage, small_pdf(pages=13))
    assert picture(images.image(digest, 4, 13, THUMB)).width == THUMB
    assert len(kept(storage)) == 10
    images.image(digest, 13, 13, THUMB)
    assert len(kept(storage)) == 13


def test_chinese_text_is_drawn_though_its_font_is_not_in_the_file(
    images: PageImages, storage: FolderStorage
) -> None:
    def ink(text: str) -> int:
        stream = io.BytesIO()
        canvas = Canvas(stream)
        canvas.setFont("STSong-Light", 40)
        canvas.drawString(72, 700, text)
        canvas.save()
        page = picture(images.image(put(storage, stream.getvalue()), 1, 1)).convert("L")
        return sum(page.histogram()[:128])

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    assert ink("房屋租赁合同") > ink("一") > 100
    assert ink("房屋租赁合同") > 3_000


def test_a_scan_stays_small(images: PageImages, storage: FolderStorage) -> None:
    noise = Image.frombytes("RGB", (800, 1100), os.urandom(800 * 1100 * 3))
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.drawImage(ImageReader(noise), 0, 0, 595, 842)
    canvas.save()
    assert len(images.image(put(storage, stream.getvalue()), 1, 1)) < 3 * LARGEST_READING


def odd_page(width: float, height: float) -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_page(PdfReader(io.BytesIO(small_pdf())).pages[0])
    writer.pages[0].mediabox = RectangleObject((0, 0, width, height))
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(("width", "height"), [(14_400, 20), (20, 14_400), (14_400, 14_400)])
def test_odd_shapes_do_not_take_all_memory(
    images: PageImages, storage: FolderStorage, width: float, height: float
) -> None:
    drawn = picture(images.image(put(storage, odd_page(width, height)), 1, 1))
    assert drawn.width <= READING
    assert drawn.height <= 6_000


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 and nothing else", b"\x00" * 4_096, small_pdf()[:300]])
def test_a_page_that_cannot_be_drawn_is_tried_once(
    images: PageImages, storage: FolderStorage, data: bytes
) -> None:
    digest = put(storage, data)
    for _ in range(2):
        with pytest.raises(PageUnreadable):
            images.image(digest, 1, 1)
    assert [path.read_bytes() for path in kept(storage)] == [b"unreadable"]


def test_half_a_picture_is_drawn_again(images: PageImages, storage: FolderStorage) -> None:
    digest = put(storage, small_pdf())
    whole = images.image(digest, 1, 1)
    kept(storage)[0].write_bytes(whole[:100])
    assert images.image(digest, 1, 1) == whole


def test_the_oldest_go_when_the_room_is_full(storage: FolderStorage) -> None:
    images = PageImages(storage, FACES[0].path, kept_bytes=5_000)
    folder = storage.root / "pages" / "00"
    folder.mkdir(parents=True)
    for number in range(10):
        (folder / str(number)).write_bytes(b"x" * 1_000)
        os.utime(folder / str(number), (number, number))
    images.trim()
    assert [path.name for path in kept(storage)] == ["6", "7", "8", "9"]
    images.trim()
    assert len(kept(storage)) == 4


def test_pictures_are_no_stored_files(images: PageImages, storage: FolderStorage) -> None:
    digest = put(storage, small_pdf())
    images.image(digest, 1, 1)
    assert [path.name for folder in storage.folders() for path in storage.stored(folder)] == [digest]
