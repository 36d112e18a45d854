"""The batch of the demo: 2021年度国家备案众创空间, with its 填报说明.

Sources: 国科火字〔2017〕120号, 国科火字〔2021〕164号, 国科发区〔2018〕300号. Where only a province defines
a term, the definition says so.
"""

from datetime import date

from sqlalchemy.orm import Session

from demo.accounts import STAMP_HINT
from demo.identity import add_once
from demo.texts import table, text
from models.batch import Batch

LIMITS = {
    "area": "500",
    "workstations": 30,
    "service_ratio": "75",
    "residents": 20,
    "new_registered": 10,
    "financed": 5,
    "full_time_staff": 3,
    "mentors": 3,
    "activities": 10,
    "months": 18,
    # From which change on, in percent, a figure is pointed out beside that of the last approved filing.
    "jumps": {"venue_total_area": "50", "yearly_resident_count": "50", "activity_count": "50"},
}
# Any one of these sets satisfies the condition; every report of it must have been handed in.
REQUIRED_STATISTICS = [
    [{"year": 2019, "kind": "annual"}, {"year": 2020, "kind": "annual"}],
    [
        {"year": 2020, "kind": "half_year"},
        {"year": 2020, "kind": "annual"},
        {"year": 2021, "kind": "half_year"},
    ],
]
PRIORITY_DIRECTIONS = [
    {
        "value": "industry_chain",
        "text": "依托当地产业优势或围绕大企业主营业务方向建立，服务于产业链创新",
    },
    {"value": "academia", "text": "服务于高校院所科技人员硬科技创业，加速科技成果转化"},
    {"value": "investment", "text": "具备「投资+孵化」功能"},
    {"value": "students", "text": "带动大学生高质量创业就业"},
]


def load_batches(session: Session) -> None:
    """Add the batch of 2021; the deadlines are the demo's own."""
    add_once(
        session, Batch, "batch/makerspace/2021",
        kind="makerspace", year=2021, name="2021年度国家备案众创空间",
        period_start=date(2020, 11, 1), period_end=date(2021, 10, 31), cutoff_date=date(2021, 10, 31),
        latest_start_date=date(2020, 4, 30), open_at=date(2021, 11, 1),
        applicant_deadline=date(2021, 11, 30), city_deadline=date(2021, 12, 15),
        province_deadline=date(2021, 12, 31), city_days=10, province_days=20, torch_days=20, offers_next_office=True, paper_copies=5,
        stamp_hint=STAMP_HINT, limits=LIMITS, required_statistics=REQUIRED_STATISTICS,
        recommend_quota_ratio=None, exclude_if_operator_certified=True,
        format_requirements=text("format_requirements"), priority_directions=PRIORITY_DIRECTIONS,
        indicator_definitions=table("indicator_definitions"),
    )  # fmt: skip
    session.flush()
