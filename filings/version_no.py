"""版本号 as people type it from paper."""

import re
import unicodedata


def read_version_no(typed: str) -> str:
    """Read a number as people type it: lower case, other dashes or blanks, the words before it left on.

    In its last part O, I and L are 0, 1 and 1. Empty when there is none.
    """
    parts = re.findall("[A-Z0-9]+", unicodedata.normalize("NFKC", typed).upper())
    if parts:
        parts[-1] = parts[-1].replace("O", "0").replace("I", "1").replace("L", "1")
    return "-".join(parts)
