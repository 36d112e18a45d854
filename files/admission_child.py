"""The limited process that reads an uploaded file: `python -m files.admission_child <in> <out>`.

Writes the clean copy to <out> and one JSON line to stdout: `{"pages": n, "notes": [...]}` or
`{"refused": [code, message]}`. Ends with 0 whenever it has an answer; with another code it never got
as far as the file, or died of it (a signal). `--probe` instead reports the isolation in force.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from files import isolation
from files.refusals import Refused, damaged, largest_copy, too_hard


def main(arguments: list[str]) -> None:
    os.umask(0o077)
    isolation.end_after_wall_time()
    answer = probe() if arguments == ["--probe"] else read_upload(*arguments)
    print(json.dumps(answer))


def read_upload(source: str, target: str) -> dict[str, Any]:
    """Open both files while that is possible, shut the door, then look at the bytes."""
    from files.clean_copy import get_ready, make_clean_copy

    get_ready()
    data = Path(source).read_bytes()
    with open(target, "wb") as output:
        isolation.confine(largest_copy(len(data)))
        try:
            copy = make_clean_copy(data)
        except Exception as error:  # noqa: BLE001 - the edge: whatever a hostile file provokes is an answer
            reason = _reason(error)
            return {"refused": [reason.code, reason.message]}
        output.write(copy.data)
    return {"pages": copy.pages, "notes": copy.notes}


def probe() -> dict[str, bool]:
    """Try to open a socket from inside, as a hostile file would."""
    import socket

    namespaced = isolation.confine(65_536)
    try:
        socket.socket().close()
    except OSError:
        return {"namespace": namespaced, "sockets": False}
    return {"namespace": namespaced, "sockets": True}


def _reason(error: Exception) -> Refused:
    if isinstance(error, Refused):
        return error
    if isinstance(error, MemoryError | RecursionError):
        return too_hard()
    print(type(error).__name__, error, file=sys.stderr)
    return damaged()


if __name__ == "__main__":
    main(sys.argv[1:])
