"""What a process is to its parent and to the machine: it dies with the one and gives way on the other."""

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

NICENESS = 10  # paper can wait a little; whoever saves a row on the same machine should not
AUTOGROUP = Path("/proc/self/autogroup")
_PR_SET_PDEATHSIG = 1
# Loaded here and not in the child: after a fork nothing may be imported.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int, signal_number: signal.Signals) -> None:
    """Have the kernel send us `signal_number` when `parent` dies, also by kill -9; call in the child."""
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), signal_number)


def give_way() -> None:
    """Let the other programs of the machine go first, also those of other sessions.

    Linux shares the processor among sessions first (autogroups), and our programs have one each: there the
    niceness of a process says nothing to the others.
    """
    os.nice(NICENESS)
    with suppress(OSError):  # no Linux, or autogroups are switched off
        AUTOGROUP.write_text(str(NICENESS))
