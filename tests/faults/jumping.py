"""A machine whose real clock jumps, for the processes of one site only; the product knows nothing of it."""

import shutil
import struct
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("jumping_clock.c")


class JumpingClock:
    """Real time as the processes see it that are started with `variables`."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            pytest.skip("without a C compiler the clock of the product cannot be moved")
        folder.mkdir(exist_ok=True)
        self.library, self.file = folder / "jumping_clock.so", folder / "jumped_by"
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-o", str(self.library), str(SOURCE), "-ldl"], check=True
        )
        self.by = timedelta()
        self.jump(timedelta())

    @property
    def variables(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self.library), "JUMPED_BY": str(self.file)}

    def jump(self, by: timedelta) -> None:
        """Set the clock away from the truth, for all processes at once."""
        with self.file.open("r+b" if self.file.exists() else "wb", buffering=0) as file:
            file.write(struct.pack("=q", int(by.total_seconds())))  # in place: all have mapped this very file
        self.by = by

    def now(self) -> datetime:
        """Return what the clock shows."""
        return datetime.now(UTC) + self.by
