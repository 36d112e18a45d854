"""Shut the child process in: what it may use, and that it can reach nothing."""

import ctypes
import os
import resource
import signal
import sys

MEMORY_BYTES = 1_536 * 1_024 * 1_024
CPU_SECONDS = 20
WALL_SECONDS = 25

_NOBODY = 65_534
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_NO_NEW_PRIVS = 38


def end_after_wall_time() -> None:
    """Die a little later than the parent would kill us, for the case that there is no parent."""
    signal.alarm(WALL_SECONDS + 2)


def confine(output_bytes: int) -> bool:
    """Give up everything but the descriptors already open; tell whether the network is also unshared.

    Without descriptors no socket, file or program can be opened at all, so whatever is needed must be
    imported and opened before. The namespaces come on top; some kernels and containers refuse them.
    """
    _stop_being_root()
    namespaced = _leave_namespaces()
    # Python ignores SIGXFSZ, so writing past the limit is an OSError and not a core dump.
    for kind, amount in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, output_bytes),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(kind, (amount, amount))
    # The first limit ends it by SIGXCPU, which tells the parent that it was the file; the second by SIGKILL.
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    return namespaced


def _stop_being_root() -> None:
    """Become nobody if the product runs as root, which it should not: limits do not bind root."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)


def _leave_namespaces() -> bool:
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return bool(libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)
