"""What a program can still do after `confine`, tried out in a process of its own."""

import signal
import subprocess
import sys

import pytest


def confined(attempt):
    program = (
        "import sys, os, resource, socket, subprocess\n"
        "from files import isolation\n"
        "isolation.confine(1000)\n"
        f"try:\n    {attempt}\n    print('done')\n"
        "except (OSError, ValueError, MemoryError) as error:\n    print('refused')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout.strip(), done.returncode


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.socket()",
        "os.close(0); socket.socket()",
        "open('/etc/passwd')",
        "os.fork()",
        "subprocess.run(['true'])",
        "resource.setrlimit(resource.RLIMIT_NOFILE, (10, 10))",
        "bytearray(2_000_000_000)",
    ],
)
def test_a_confined_process_reaches_nothing(attempt):
    assert confined(attempt) == ("refused", 0)


def test_a_confined_process_can_still_think():
    assert confined("sum(range(1000))") == ("done", 0)


def test_a_confined_process_ends_when_its_cpu_time_is_over():
    program = (
        "from files import isolation\nisolation.CPU_SECONDS = 1\nisolation.confine(1000)\nwhile True: pass\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGXCPU
