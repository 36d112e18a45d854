"""Why a file is refused: the codes of the glossary and sentences that name the reason and the cure.

Code, meaning:

* `E_FILE_SIZE`, `E_FILE_EMPTY`: too large, no bytes.
* `E_FILE_TYPE`: not a PDF, or a PDF whose content only its own program can show (XFA, unrendered forms).
* `E_FILE_ENCRYPTED`: cannot be read without a password or certificate.
* `E_FILE_DAMAGED`: cannot be read, has no page, or costs more to read than a file may cost.
* `E_FILE_PAGES`: more pages than allowed.
* `E_FILE_IMAGE`: a picture in the file has more pixels than allowed (not in the glossary: neither
  the pages nor the file are at fault, and the cure, scanning again at a lower resolution, is its own).
* `E_FILE_BUSY`: not read in time because the machine had too much to do; nothing is known of the file (not in
  the glossary either, and never said by a child).
"""

SIZE_LIMIT = 3_145_728
PAGE_LIMIT = 300
PIXEL_LIMIT = 25_000_000

CODES = frozenset(
    {
        "E_FILE_SIZE",
        "E_FILE_EMPTY",
        "E_FILE_TYPE",
        "E_FILE_ENCRYPTED",
        "E_FILE_DAMAGED",
        "E_FILE_PAGES",
        "E_FILE_IMAGE",
    }
)

PRINT_AGAIN = "请用“打印为 PDF”的方式重新生成后再上传"
_MEBIBYTE = 1_048_576

# First bytes of what people rename to .pdf, and what they should do instead.
_LOOKS_LIKE = (
    (b"PK\x03\x04", "Word、Excel 或压缩文件", "请在原来的软件里“另存为 PDF”后再上传"),
    (b"\xd0\xcf\x11\xe0", "Word 或 Excel 文件", "请在原来的软件里“另存为 PDF”后再上传"),
    (b"\x89PNG", "图片", "请把图片转换成 PDF 后再上传"),
    (b"\xff\xd8\xff", "图片", "请把图片转换成 PDF 后再上传"),
    (b"Rar!", "压缩文件", "请解压后上传其中的 PDF 文件"),
)


class Refused(Exception):
    """A file that may not come in; `code` is for programs, `message` is shown to the applicant."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


def largest_copy(size: int) -> int:
    """How many bytes the clean copy of a file may have; more means that the file is built to swell."""
    return 5 * size + 1_048_576


def too_large(size: int | None, limit: int) -> Refused:
    """Refuse a file over the limit; `size` is None when the sender was stopped before the end."""
    allowed = _megabytes(limit)
    if size is None:
        reason = f"文件超过 {allowed}"
    elif _megabytes(size) == allowed:
        reason = f"文件比 {allowed} 多 {size - limit} 字节，不能超过 {allowed}"
    else:
        reason = f"文件大小为 {_megabytes(size)}，不能超过 {allowed}"
    return Refused("E_FILE_SIZE", f"{reason}。请压缩扫描分辨率（建议 150 dpi 灰度）后再上传。")


def _megabytes(size: int) -> str:
    number = f"{size / _MEBIBYTE:.1f}"
    return f"{number.removesuffix('.0')} MB"


def empty() -> Refused:
    return Refused("E_FILE_EMPTY", "文件为空（0 字节）。请检查原文件能否打开，再重新选择后上传。")


def wrong_name() -> Refused:
    return Refused("E_FILE_TYPE", "文件名的后缀不是 .pdf。请选择 PDF 文件，其他格式请先另存为 PDF。")


def not_a_pdf(start: bytes) -> Refused:
    """Refuse content without a PDF header, saying what it looks like by its first bytes."""
    for magic, what, cure in _LOOKS_LIKE:
        if start.startswith(magic):
            return Refused("E_FILE_TYPE", f"文件的内容是{what}，不是 PDF（只改后缀名无效）。{cure}。")
    return Refused("E_FILE_TYPE", "文件的内容不是 PDF。请在原来的软件里另存为 PDF 后再上传。")


def needs_program(reason: str) -> Refused:
    """Refuse a PDF whose content shows only in the program that made it."""
    return Refused(
        "E_FILE_TYPE", f"{reason}，他人打开时看不到内容。请打开后{PRINT_AGAIN.removeprefix('请')}。"
    )


def has_password() -> Refused:
    return Refused("E_FILE_ENCRYPTED", "文件有打开密码，请去除密码后再上传。")


def has_certificate() -> Refused:
    return Refused("E_FILE_ENCRYPTED", f"文件用数字证书或专用软件加密，系统无法读取。{PRINT_AGAIN}。")


def damaged() -> Refused:
    return Refused("E_FILE_DAMAGED", f"文件已损坏，无法读取。{PRINT_AGAIN}。")


def broken_page(page: int) -> Refused:
    return Refused("E_FILE_DAMAGED", f"文件第 {page} 页的内容已损坏，无法完整显示。{PRINT_AGAIN}。")


def too_wide(page: int, metres: float) -> Refused:
    return Refused(
        "E_FILE_DAMAGED",
        f"文件第 {page} 页的页面尺寸异常（边长约 {min(metres, 1_000_000):,.0f} 米）。"
        f"请选择 A4 纸张，{PRINT_AGAIN.removeprefix('请')}。",
    )


def cannot_be_merged() -> Refused:
    return Refused("E_FILE_DAMAGED", f"文件结构异常，无法合并到申报材料。{PRINT_AGAIN}。")


def no_pages() -> Refused:
    return Refused("E_FILE_DAMAGED", "文件里没有可以显示的页，可能已损坏。请检查原文件，重新生成后再上传。")


def too_hard() -> Refused:
    return Refused("E_FILE_DAMAGED", f"文件结构异常，无法在规定时间内读取，{PRINT_AGAIN}。")


def busy() -> Refused:
    return Refused("E_FILE_BUSY", "服务器正忙，还没有读到这份文件。请稍等片刻，再重新上传一次。")


def grew() -> Refused:
    return Refused("E_FILE_DAMAGED", f"文件结构异常，整理后的大小超过原文件的 5 倍，{PRINT_AGAIN}。")


def too_many_pages(pages: int) -> Refused:
    return Refused(
        "E_FILE_PAGES",
        f"文件共 {pages} 页，不能超过 {PAGE_LIMIT} 页。请只保留需要作为证明的页后再上传。",
    )


def too_many_pixels(page: int, width: int, height: int) -> Refused:
    return Refused(
        "E_FILE_IMAGE",
        f"文件第 {page} 页的图片为 {width} × {height} 像素，不能超过 {PIXEL_LIMIT // 10_000} 万像素。"
        "请降低扫描分辨率（建议 150 dpi 灰度）后再上传。",
    )
