"""The draft of the acceptance examples: batch 2021, in operation since 2019-05-01."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.build import build_filing
from tests.drafting import Draft


@pytest.fixture
def draft(session: Session) -> Draft:
    filing = build_filing(
        session, operation_started_on=date(2019, 5, 1), operator_registered_on=date(2015, 1, 1)
    )
    return Draft(session, filing)
