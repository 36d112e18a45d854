"""What the web process loads before anybody asks for anything."""

import subprocess
import sys
from pathlib import Path

HEAVY = ("reportlab", "xhtml2pdf", "pypdf", "pikepdf", "pypdfium2")


def test_the_web_loads_no_library_that_makes_paper() -> None:
    code = "import sys, app; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent.parent,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert [name for name in HEAVY if name in loaded] == []
