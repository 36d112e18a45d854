"""Look at a workbook before anything reads it: the kind of file, and how large it is when unpacked."""

import io
import zipfile
import zlib

from files.workbook_refusals import damaged, encrypted, has_macros, old_format, swells, wrong_type

UNPACKED_LIMIT = 50 * 1_048_576
MEMBER_LIMIT = 200
RATIO_LIMIT = 100
_RATIO_FROM = 1_048_576  # small parts of an honest workbook are packed better than a hundred to one
_OLD_CONTAINER = b"\xd0\xcf\x11\xe0"
_ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le")


def require_plain_workbook(data: bytes) -> None:
    """Refuse what is no .xlsx, and one that is not as large as it says. Raises Refused."""
    if data.startswith(_OLD_CONTAINER):
        raise encrypted() if _ENCRYPTED_PART in data else old_format()
    if not data.startswith(b"PK\x03\x04"):
        raise wrong_type()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _require_parts(archive)
            _require_honest_size(archive, len(data))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError):
        raise damaged() from None


def _require_parts(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MEMBER_LIMIT:
        raise swells()
    if any(member.flag_bits & 1 for member in members):
        raise encrypted()
    names = {member.filename.lower() for member in members}
    if any(name.endswith("vbaproject.bin") for name in names):
        raise has_macros()
    if not {"[content_types].xml", "xl/workbook.xml"} <= names:
        raise wrong_type()


def _require_honest_size(archive: zipfile.ZipFile, packed: int) -> None:
    """Count what really comes out; what the archive says of itself may be a lie."""
    unpacked = 0
    if sum(member.file_size for member in archive.infolist()) > UNPACKED_LIMIT:
        raise swells()
    for member in archive.infolist():
        with archive.open(member) as part:
            while chunk := part.read(65_536):
                unpacked += len(chunk)
                if unpacked > min(UNPACKED_LIMIT, max(RATIO_LIMIT * packed, _RATIO_FROM)):
                    raise swells()
