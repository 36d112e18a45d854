"""The batch of the demo: 2021年度国家备案众创空间, by the rule set of the release."""

from datetime import date

from sqlalchemy.orm import Session

from demo.accounts import STAMP_HINT
from demo.identity import add_once
from filings.rule_sets import released_rule_sets
from models.batch import Batch


def load_batches(session: Session) -> None:
    """Add the batch of 2021; the deadlines are the demo's own."""
    batch = add_once(
        session, Batch, "batch/makerspace/2021",
        kind="makerspace", year=2021, name="2021年度国家备案众创空间",
        period_start=date(2020, 11, 1), period_end=date(2021, 10, 31), cutoff_date=date(2021, 10, 31),
        latest_start_date=date(2020, 4, 30), open_at=date(2021, 11, 1),
        applicant_deadline=date(2021, 11, 30), city_deadline=date(2021, 12, 15),
        province_deadline=date(2021, 12, 31), city_days=10, province_days=20, torch_days=20, offers_next_office=True, paper_copies=5,
        stamp_hint=STAMP_HINT, recommend_quota_ratio=None, exclude_if_operator_certified=True,
    )  # fmt: skip
    if not batch.limits:
        released_rule_sets()["makerspace_2021"].apply_to(batch)
    session.flush()
