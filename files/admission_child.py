"""The limited process that reads an uploaded file: `python -m files.admission_child <in> <out>`.

Writes the clean copy to <out> and one JSON line to stdout: `{"pages": n, "notes": [...]}` or
`{"refused": [code, message]}`. Ends with 0 whenever it has an answer; with another code it never got
as far as the file, or died of it (a signal). `--probe` instead reports the isolation in force.
"""

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from files import isolation
from files.refusals import Refused, largest_copy, too_hard

Cleaner = Callable[[BinaryIO, BinaryIO], tuple[int, list[str]]]


def main(arguments: list[str]) -> None:
    os.umask(0o077)
    isolation.end_after_wall_time()
    answer = probe() if arguments == ["--probe"] else read_upload(*arguments)
    print(json.dumps(answer))


def read_upload(source: str, target: str) -> dict[str, Any]:
    """Open both files while that is possible, shut the door, then look at the bytes."""
    from files.clean_copy import get_ready, write_clean_copy

    get_ready()
    data = Path(source).read_bytes()
    with open(target, "wb") as output:
        isolation.confine(largest_copy(len(data)))
        return _answer(write_clean_copy, data, output)


def probe() -> dict[str, bool]:
    """Try to open a socket from inside, as a hostile file would."""
    import socket

    namespaced = isolation.confine(65_536)
    try:
        socket.socket().close()
    except OSError:
        return {"namespace": namespaced, "sockets": False}
    return {"namespace": namespaced, "sockets": True}


def _answer(clean: Cleaner, data: bytes, output: BinaryIO) -> dict[str, Any]:
    try:
        pages, notes = clean(io.BytesIO(data), output)
    except Refused as refusal:
        return {"refused": [refusal.code, refusal.message]}
    except Exception as error:  # noqa: BLE001 - the edge: whatever a hostile file provokes is an answer
        print(type(error).__name__, error, file=sys.stderr)
        return {"refused": [too_hard().code, too_hard().message]}
    return {"pages": pages, "notes": notes}


if __name__ == "__main__":
    main(sys.argv[1:])
