"""Where a sign-in may send the browser: to a path of ours and nowhere else."""

import re

# One slash, then no second one and no backslash (browsers read both as "another host"), and no control
# character or blank anywhere (browsers drop some of them before they read the address).
_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]{0,500}")


def safe_next(text: str | None) -> str | None:
    """Return `text` if it is a relative path of this site in plain ASCII, else None."""
    if not text or not _PATH.fullmatch(text):
        return None
    return None if text.startswith(("/login", "/logout")) else text
