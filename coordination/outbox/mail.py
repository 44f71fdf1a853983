"""Sends an alert by e-mail: one letter a delivery, that names no person."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib
import msgspec

from coordination.outbox.schedule import FEW_TRIES, Failure
from coordination.outbox.topics import written
from coordination.settings import SettingsError

TIMEOUT = 20.0  # seconds for one try, from connecting to the server's "250"
_GOODBYE = 2.0  # seconds
_PORTS: Final = {"smtps": 465, "smtp": 25}
_SUBMISSION = 587  # where one says who one is (RFC 6409)
_REFUSED = 500


class MailServer(msgspec.Struct, frozen=True, kw_only=True):
    """Where e-mail is handed in.

    Attributes:
        host: its name.
        port: its port.
        user: as whom; empty: as nobody.
        password: of that user.
        tls: TLS from the first byte; else by STARTTLS where it is offered.
    """

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False

    @property
    def start_tls(self) -> bool | None:
        """False: TLS is on; True: a password may not go without; None: where it is offered."""
        if self.tls:
            return False
        return True if self.user else None


def server_of(setting: str) -> MailServer | None:
    """The server of the setting ``mail_server``; None when it is empty.

    Raises:
        SettingsError: it can't be read; the text does not repeat it, for it may hold a password.
    """
    if not setting:
        return None
    parts = urlsplit(setting)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme not in _PORTS or not host or parts.path.strip("/") or parts.query:
        raise SettingsError(
            "NAOBER_MAIL_SERVER: expected smtp://host, smtp://user:password@host:port or smtps://…"
        )
    usual = _SUBMISSION if parts.scheme == "smtp" and parts.username else _PORTS[parts.scheme]
    return MailServer(
        host=host,
        port=port or usual,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=parts.scheme == "smtps",
    )


def letter(sender: str, to: str, topic: str, identity: str, happened: datetime) -> EmailMessage:
    """An e-mail about something that happened.

    Its Message-ID is made of the delivery's id, so that a repeat is known as one, and it says
    that a computer wrote it, so that no out-of-office reply comes back (RFC 3834).
    """
    text = written(topic, identity, happened)
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = text.subject
    message["Date"] = format_datetime(happened)
    message["Message-ID"] = f"<{identity}@{_domain(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "nl"
    message.set_content(text.text)
    return message


class Mail:
    """Sends letters.

    Args:
        server: where they are handed in; None: they can't be sent.
        sender: the address that they come from.
        tls: how the server's certificate is checked; None: by the authorities that Python trusts.
    """

    def __init__(
        self, server: MailServer | None, sender: str, tls: ssl.SSLContext | None = None
    ) -> None:
        self._server = server
        self._sender = sender
        self._tls = tls

    async def send(self, to: str, topic: str, identity: str, happened: datetime) -> Failure | None:
        """Hands in one letter; why it was not taken, or None."""
        server = self._server
        if server is None:
            return Failure("NoMailServer")
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            use_tls=server.tls,
            start_tls=server.start_tls,
            tls_context=self._tls,
            local_hostname=_domain(self._sender),
            timeout=TIMEOUT,
        )
        try:
            async with asyncio.timeout(TIMEOUT):
                message = letter(self._sender, to, topic, identity, happened)
                await client.connect()
                await client.send_message(message)
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):  # it has the letter
                async with asyncio.timeout(_GOODBYE):
                    await client.quit()
        except (aiosmtplib.SMTPException, MessageError, OSError, ValueError) as error:
            return _meaning(error)
        finally:
            client.close()
        return None


def _meaning(error: Exception) -> Failure:
    """What an error says of the tries to come.

    A letter that is refused for good is given up soon; of a server that can't be reached or lets
    us not in, people must hear and mend it, which may take a night.
    """
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    code = getattr(error, "code", None)
    if not isinstance(code, int):
        return Failure(type(error).__name__)
    about_it = isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError)
    soon = about_it and code >= _REFUSED
    return Failure(f"SMTP {code}", FEW_TRIES) if soon else Failure(f"SMTP {code}")


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"
