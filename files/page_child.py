"""The limited process that draws pages: `python -m files.page_child <pdf> <out> <font> <width> <turn> <pages>`.

`<pages>` is `3` or `1,2,3`, from 1; `<turn>` is 0, 90, 180 or 270 degrees clockwise; `<width>` in pixels.
Writes the pages as WebP one behind the other to <out> and one JSON line to stdout: the length of each,
`{"lengths": [n, …]}`, 0 for a page that cannot be drawn.
"""

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

from files import isolation

LARGEST_READING = 150_000
LARGEST_OUTPUT = 8_388_608
TALLEST = 6_000
QUALITIES = (70, 50, 30, 10)


def main(arguments: list[str]) -> None:
    os.umask(0o077)
    isolation.end_after_wall_time()
    source, target, font, width, turn, pages = arguments
    numbers = [int(number) for number in pages.split(",")]
    print(json.dumps({"lengths": draw_pages(source, target, font, int(width), int(turn), numbers)}))


def draw_pages(source: str, target: str, font: str, width: int, turn: int, numbers: list[int]) -> list[int]:
    """Open all files while that is possible, shut the door, then draw."""
    import pypdfium2
    from PIL import Image, WebPImagePlugin  # noqa: F401 - nothing can be imported later

    from files.page_fonts import stand_in

    Image.preinit()
    data = Path(source).read_bytes()
    stand_in(Path(font))
    with open(target, "wb") as output:
        isolation.confine(LARGEST_OUTPUT)
        try:
            document = pypdfium2.PdfDocument(data)
        except (pypdfium2.PdfiumError, ValueError, MemoryError) as error:
            print(type(error).__name__, error, file=sys.stderr)
            return [0] * len(numbers)
        images = [_drawn(document, number, width, turn) for number in numbers]
        for image in images:
            output.write(image)
    return [len(image) for image in images]


def _drawn(document: Any, number: int, width: int, turn: int) -> bytes:
    """Draw one page; empty when whatever a hostile page provokes is in the way."""
    try:
        page = document[number - 1]
        across, down = page.get_size() if turn % 180 == 0 else reversed(page.get_size())
        scale = min(width / across, TALLEST / down)
        picture = page.render(scale=scale, rotation=turn).to_pil().convert("RGB")
        return _compressed(picture)
    except Exception as error:  # noqa: BLE001 - the edge: the page cannot be shown, and that is the answer
        print(type(error).__name__, error, file=sys.stderr)
        return b""


def _compressed(picture: Any) -> bytes:
    """Compress for a slow line; a scan that stays too large at one quality is tried at the next."""
    for quality in QUALITIES:
        stream = io.BytesIO()
        picture.save(stream, "WEBP", quality=quality, method=2)
        if stream.tell() <= LARGEST_READING:
            break
    return stream.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:])
