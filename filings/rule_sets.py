"""Rule sets: what the official documents ask of a batch, so that an administrator chooses it and only sets dates."""

import re
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
_DAY = "[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日"
# How the words in braces look once they are written out.
_WRITTEN = {
    "报告期": f"{_DAY}至{_DAY}", "截止日": _DAY, "最晚日期": f"{_DAY}|{NOTHING}", "申报开始": _DAY, "申报截止": _DAY,
    "份数": "[0-9]+",
}  # fmt: skip


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
        "申报开始": show_long_date(batch.open_at),
        "申报截止": show_long_date(batch.applicant_deadline),
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
        format_requirements="\n".join(_to_be_filled(batch, one) for one in batch.format_requirements.split("\n")),
    )  # fmt: skip


def _to_be_filled(batch: Batch, paragraph: str) -> str:
    """Put the words in braces back where a paragraph of a batch writes them out.

    One of the release is known whatever it writes out. In another one, changed by hand, the days of the batch are
    words again and all else stays.
    """
    for released, written in _released_paragraphs(batch.kind):
        if written.fullmatch(paragraph):
            return released
    kept = paragraph.replace("{", "{{").replace("}", "}}")
    for word, text in _words(batch).items():
        if word != "份数" and text != NOTHING:
            kept = kept.replace(text, f"{{{word}}}")
    return kept


@cache
def _released_paragraphs(kind: str) -> list[tuple[str, re.Pattern[str]]]:
    """List the paragraphs of the release for a kind, each with how it looks once it is filled."""
    paragraphs = [
        one for rules in released_rule_sets().values() if rules.kind == kind
        for one in rules.format_requirements.strip().split("\n")
    ]  # fmt: skip
    return [(one, re.compile(_written_out(one))) for one in paragraphs]


def _written_out(paragraph: str) -> str:
    """Return the pattern of a paragraph whose words in braces are filled."""
    parts = re.split(r"\{(.+?)\}", paragraph)  # text and words in turn
    return "".join(
        f"(?:{_WRITTEN[part]})" if place % 2 else re.escape(part) for place, part in enumerate(parts)
    )


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
