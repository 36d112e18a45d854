"""The mail adapter, with addresses as people type them."""

import pytest

from adapters.errors import NotSent, NoWay
from adapters.mail import SmtpMailer

NOBODY_LISTENS = SmtpMailer("smtp://127.0.0.1:1", "hatchery@example.com")


@pytest.mark.parametrize("address", ["zs@[b.com", "a:@;.(", "=?utf-8?q?=0a?=@x.com"])
def test_what_is_no_address_is_refused_for_good(address: str) -> None:
    with pytest.raises(NoWay) as refused:
        NOBODY_LISTENS.send(address, "标题", "内容", "key-1")
    assert address not in str(refused.value)


@pytest.mark.parametrize("address", [".@-.-", "a..b@x.com", "%+-_@1.2", "li.na@mail-1.example.com.cn"])
def test_every_address_that_a_form_takes_can_be_written(address: str) -> None:
    with pytest.raises(NotSent) as refused:
        NOBODY_LISTENS.send(address, "标题", "内容", "key-1")
    assert not isinstance(refused.value, NoWay), "it went as far as the server, which is not there"
