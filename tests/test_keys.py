import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from extensions import keyring
from keys import CannotOpen, Keyring
from models.account import Account
from models.sealed import mask_id_number, mask_mail, mask_mobile
from tests.build import build_account

OLD, NEW = ("1", "an old secret of thirty-two characters"), ("2", "a new secret of thirty-two characters")


def ring(*named: tuple[str, str]) -> Keyring:
    keys = Keyring()
    keys.load(named)
    return keys


def test_what_was_sealed_opens_again_and_never_looks_the_same() -> None:
    keys = ring(OLD)
    first, second = keys.seal("13812345678"), keys.seal("13812345678")
    assert first != second
    assert "13812345678" not in first
    assert keys.open(first) == keys.open(second) == "13812345678"


def test_an_old_key_opens_and_the_newest_seals() -> None:
    old, both = ring(OLD), ring(NEW, OLD)
    sealed = old.seal("陈思敏")
    assert both.open(sealed) == "陈思敏"
    assert not both.is_newest(sealed)
    assert both.is_newest(both.seal("陈思敏"))
    assert old.digest("x", "mobile") in both.digests("x", "mobile")
    assert both.digest("x", "mobile") != both.digest("x", "id_number")


@pytest.mark.parametrize("spoil", [lambda s: s[:-4] + "AAA=", lambda s: "2" + s[1:], lambda s: "9" + s[1:]])
def test_a_changed_value_does_not_open(spoil) -> None:  # type: ignore[no-untyped-def]
    sealed = ring(OLD).seal("13812345678")
    with pytest.raises(CannotOpen):
        ring(OLD, NEW).open(spoil(sealed))


def test_a_mobile_is_never_plain_in_the_database(session: Session) -> None:
    account = build_account(session)
    account.set_mobile("13812345678", None)
    session.commit()
    stored = session.execute(text("SELECT mobile, mobile_digest FROM account WHERE mobile IS NOT NULL")).one()
    assert "13812345678" not in "".join(stored)
    session.expire_all()
    found = session.query(Account).filter_by(mobile_digest=keyring.digest("13812345678", "mobile")).one()
    assert (found.mobile, found.masked_mobile) == ("13812345678", "138****5678")


def test_how_much_people_see() -> None:
    assert mask_mobile("15512342621") == "155****2621"
    assert mask_id_number("41010119900307165X") == "410************65X"
    assert mask_mail("clerk@example.com") == "c***@example.com"
    assert (mask_mobile(""), mask_mail(""), mask_mobile("12345")) == ("", "", "*****")
