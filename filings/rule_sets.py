"""Rule sets: what the official documents ask of a batch, so that an administrator chooses it and only sets dates."""

import tomllib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.formats import NOTHING, show_long_date
from models.batch import Batch

FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True)
class RuleSet:
    """What a batch takes over: thresholds, reports that must be there, texts.

    `statistics` count the years of their reports back from that of the batch; `format_requirements` has
    words in braces for the dates of the batch.
    """

    name: str
    kind: str
    label: str
    limits: dict[str, Any]
    statistics: list[list[dict[str, Any]]]
    priority_directions: list[dict[str, str]]
    indicator_definitions: list[dict[str, str]]
    format_requirements: str

    def apply_to(self, batch: Batch) -> None:
        """Give the batch this kind and these rules; its dates and copies are there already."""
        batch.kind, batch.limits = self.kind, self.limits
        batch.required_statistics = self.statistics_of(batch.year)
        batch.priority_directions = self.priority_directions
        batch.indicator_definitions = self.indicator_definitions
        if not batch.format_requirements:
            batch.format_requirements = self.format_requirements.strip().format_map(_words(batch))

    def statistics_of(self, year: int) -> list[list[dict[str, Any]]]:
        """Return the sets of reports that a batch of this year asks for."""
        return [
            [{"year": year - report["years_before"], "kind": report["kind"]} for report in reports]
            for reports in self.statistics
        ]


def _words(batch: Batch) -> dict[str, Any]:
    latest = batch.latest_start_date
    return {
        "报告期": f"{show_long_date(batch.period_start)}至{show_long_date(batch.period_end)}",
        "截止日": show_long_date(batch.cutoff_date),
        "最晚日期": show_long_date(latest) if latest else NOTHING,
        "份数": batch.paper_copies,
    }


@cache
def released_rule_sets() -> dict[str, RuleSet]:
    """Map the names of the rule sets of this release to what they hold."""
    files = sorted(FOLDER.glob("*.toml"))
    return {path.stem: RuleSet(name=path.stem, **tomllib.loads(path.read_text("utf-8"))) for path in files}


def rule_set_of(batch: Batch) -> RuleSet:
    """Return the rules of a batch, to be taken over by another one."""
    statistics = [
        [{"years_before": batch.year - report["year"], "kind": report["kind"]} for report in reports]
        for reports in batch.required_statistics
    ]
    return RuleSet(
        name=str(batch.id), kind=batch.kind, label=f"沿用「{batch.name}」", limits=batch.limits,
        statistics=statistics, priority_directions=batch.priority_directions,
        indicator_definitions=batch.indicator_definitions,
        format_requirements=batch.format_requirements.replace("{", "{{").replace("}", "}}"),
    )  # fmt: skip


def rule_sets(session: Session) -> Sequence[RuleSet]:
    """List what a new batch may take its rules from: the release, then every batch, the newest first."""
    batches = session.scalars(select(Batch).order_by(Batch.open_at.desc()))
    return [*released_rule_sets().values(), *(rule_set_of(batch) for batch in batches)]


def open_batch(session: Session, rule_set: RuleSet, answers: dict[str, Any]) -> Batch:
    """Add a batch with the answers of its form (column → value) and the rules of `rule_set`."""
    batch = Batch(id=uuid.uuid4(), **answers)
    rule_set.apply_to(batch)
    session.add(batch)
    session.flush()
    return batch
