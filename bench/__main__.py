"""`python -m bench [p1 p2 …] [--minutes N]`: measure, print every figure as it comes, then all as a table."""

import argparse
import importlib
import logging
import os
import signal
import sys

from bench import machine
from bench.measure import Report

BENCHMARKS = {
    "P1": ("rows", "add, change and remove a row"),
    "P2": ("pages", "what a page weighs, and how it feels on a slow machine (P3)"),
    "P3B": ("server", "what a page costs the server, gunicorn with 2 workers on PostgreSQL"),
    "P4": ("typesetting", "set a long table in type"),
    "P5": ("merging", "merge and stamp the evidence"),
    "P8": ("lists", "lists over 100,000 filings"),
    "P9": ("deadline_hour", "200 clerks editing and 20 generating"),
    "P10": ("processes", "one more web process on PostgreSQL"),
    "P11": ("start", "starting a second time"),
    "P12": ("login_timing", "a wrong password for names that exist and for names that do not"),
}


def main() -> None:
    """Run the benchmarks named, by default all."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("numbers", nargs="*", type=str.upper, help="for example p1 p4; default: all")
    parser.add_argument("--minutes", type=float, default=10, help="how long the deadline hour of P9 is")
    parser.add_argument("--seconds", type=float, default=8, help="how long one run of a load is")
    parser.add_argument("--rounds", type=int, default=3, help="how many runs of each, A B A B …")
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"], help="for P8, P9 and P12")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))  # so that what was started is stopped
    unknown = set(options.numbers) - set(BENCHMARKS)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    print(machine.description())
    report = Report()
    for number in options.numbers or BENCHMARKS:
        module, what = BENCHMARKS[number]
        report.begin(number, what)
        importlib.import_module(f"bench.{module}").run(report, options)
    print(f"\nload after {os.getloadavg()[0]:.2f}\n\n{report.table()}")


if __name__ == "__main__":
    main()
