"""P11: how long a second start takes until it is ready, beside an interpreter that only imports Flask."""

import statistics
import subprocess
import sys
import time
from typing import Any

from bench.measure import Report
from bench.places import demo_data, folder, product, settings_in


def run(report: Report, options: Any) -> None:
    """`hatchery serve`, which `make run` ends in, on data that is there already."""
    ours, floor = [], []
    with folder() as where:
        settings = settings_in(where, f"sqlite:///{where / 'hatchery.sqlite3'}")
        begun = time.monotonic()
        demo_data(settings)
        first = time.monotonic() - begun
        for _ in range(options.rounds):
            begun = time.monotonic()
            subprocess.run([sys.executable, "-c", "import flask"], check=True)
            floor.append(time.monotonic() - begun)
            with product(settings) as running:
                ours.append(running.seconds_to_ready)
    seconds = statistics.median(ours)
    report.say(
        "second start until ready",
        f"{seconds:.1f} s",
        f"{statistics.median(floor):.1f} s",
        "≤ 5 s",
        seconds <= 5,
    )
    report.say("loading the demo at the first start", f"{first:.1f} s")
