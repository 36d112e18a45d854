"""Mail: SMTP with STARTTLS, or the embedded outbox."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Protocol
from urllib.parse import unquote, urlsplit

from adapters.errors import NotSent, NoWay
from config import Settings

TIMEOUT_SECONDS = 10
DEFAULT_PORT = 587


class Mailer(Protocol):
    """Sends one mail of plain text."""

    def send(self, address: str, title: str, words: str, idempotency_key: str) -> str:
        """Return the Message-ID; raises NotSent, or NoWay when no server could take it."""
        ...


@dataclass(frozen=True)
class SmtpMailer:
    """A mail server, `smtp://user:password@host:587`; it must offer STARTTLS."""

    url: str
    sender: str

    def send(self, address: str, title: str, words: str, idempotency_key: str) -> str:
        message = self._readable_message(address, title, words, idempotency_key)
        place = urlsplit(self.url)
        try:
            with smtplib.SMTP(
                place.hostname or "", place.port or DEFAULT_PORT, timeout=TIMEOUT_SECONDS
            ) as smtp:
                smtp.starttls(context=ssl.create_default_context())
                if place.username:
                    smtp.login(unquote(place.username), unquote(place.password or ""))
                smtp.send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent(f"邮件服务器没有收下（{type(error).__name__}）") from error
        return str(message["Message-ID"])

    def _readable_message(self, address: str, title: str, words: str, idempotency_key: str) -> EmailMessage:
        """Write the mail; raises NoWay when the library cannot read the address or the title."""
        try:
            return self._message(address, title, words, idempotency_key)
        except Exception as error:  # its parser breaks in many ways on what is no address
            raise NoWay(f"邮件地址或标题不能用于发送（{type(error).__name__}）") from error

    def _message(self, address: str, title: str, words: str, idempotency_key: str) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, address, title
        message["Date"] = formatdate(localtime=False)
        message["Message-ID"] = make_msgid(idempotency_key, domain=self.sender.rpartition("@")[2] or None)
        message.set_content(words)
        return message


class OutboxMailer:
    """Keeps mails where they are: the table `delivery` is the outbox that the demo shows."""

    def send(self, address: str, title: str, words: str, idempotency_key: str) -> str:
        return f"outbox-{idempotency_key}"


class NoMail:
    """An installation without a mail server: people are told on the site."""

    def send(self, address: str, title: str, words: str, idempotency_key: str) -> str:
        raise NoWay("没有设置邮件服务器")


def mailer(settings: Settings) -> Mailer:
    """Return the mailer that HATCHERY_SMTP_URL asks for: a server, the demo's outbox, or none."""
    if settings.smtp_url:
        return SmtpMailer(settings.smtp_url, settings.mail_from)
    return OutboxMailer() if settings.is_demo else NoMail()
