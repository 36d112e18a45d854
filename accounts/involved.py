"""Nobody of the staff decides about himself."""

from collections.abc import Iterable

from models.account import Account
from models.two_reviews import WrongMove


def refuse_involved(
    staff: Account, accounts: Iterable[Account], message: str, mobiles: Iterable[str] = (),
    numbers: Iterable[str] = (),
) -> None:  # fmt: skip
    """Raise WrongMove when the member of the staff is one of these people, by account, mobile or identity paper."""
    people = list(accounts)
    known = {one.mobile for one in people} | set(mobiles) | {one.id_number for one in people} | set(numbers)
    own = {staff.mobile, staff.id_number} - {None, ""}
    if own & known or staff.id in {one.id for one in people}:
        raise WrongMove(message)
