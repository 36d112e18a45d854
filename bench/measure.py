"""How things are measured and said: A B A B …, medians, processor time; lines of a table."""

import os
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
MIB = 1024 * 1024


@dataclass(frozen=True)
class Line:
    """One figure: what, ours, its floor, what of it the budget speaks of, and whether it is kept.

    `kept` None: the figure is there for information, no budget speaks of it.
    """

    what: str
    ours: str
    floor: str
    budget: str
    kept: bool | None


@dataclass
class Report:
    """Collects the lines of all benchmarks by their number and shows each as it comes."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    number: str = ""

    def begin(self, number: str, what: str) -> None:
        """Let the lines that follow belong to the budget `number`."""
        self.number = number
        self.lines[number] = []
        print(f"\n{number} · {what}  (load of the machine {os.getloadavg()[0]:.1f})", flush=True)

    def say(self, what: str, ours: str, floor: str = "", budget: str = "", kept: bool | None = None) -> None:
        """Note one figure."""
        self.lines[self.number].append(Line(what, ours, floor, budget, kept))
        beside = " | ".join(part for part in (f"floor {floor}" if floor else "", budget) if part)
        print(f"  {VERDICTS[kept]:>6}  {what}: {ours}{' | ' + beside if beside else ''}", flush=True)

    def table(self) -> str:
        """Write all lines as a table for docs/benchmarks.md."""
        rows = ["| # | what | ours | floor in the same run | budget | |", "|---|---|---|---|---|---|"]
        for number, lines in self.lines.items():
            rows += [
                f"| {number} | {line.what} | {line.ours} | {line.floor} | {line.budget} "
                f"| {VERDICTS[line.kept]} |"
                for line in lines
            ]
        return "\n".join(rows)


VERDICTS = {True: "kept", False: "missed", None: ""}


def alternating(first: Callable[[], float], second: Callable[[], float], rounds: int) -> tuple[float, float]:
    """Run A B A B …, and return the median of each; a first pair warms up and does not count."""
    pairs = [(first(), second()) for _ in range(rounds + 1)][1:]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def seconds_used(pids: Iterable[int]) -> float:
    """Return the processor time, in seconds, that living processes have used so far."""
    used = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended
            continue
        used += int(fields[11]) + int(fields[12])
    return used / TICKS


def with_children(pid: int) -> list[int]:
    """Return the process and all that descend from it."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        parents.setdefault(parent, []).append(int(folder.name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += parents.get(found[-1], [])
    return found


def memory_of(pid: int) -> dict[str, float]:
    """Return Rss (with what is shared) and Pss (shared pages divided among those who share) in MiB."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    sizes = {line.split(":")[0]: line.split() for line in rollup.splitlines()[1:]}
    return {name: int(sizes[name][1]) / 1024 for name in ("Rss", "Pss")}


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` (0–1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def milliseconds(seconds: float) -> str:
    """Write a time."""
    return f"{1000 * seconds:.2f} ms" if seconds < 0.01 else f"{1000 * seconds:.0f} ms"
