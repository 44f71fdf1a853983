"""Letters say what happened and of nobody, are handed in safely, and refusals end in sight."""

from __future__ import annotations

import email.policy
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from night import Night
from receivers import Authority, Mailbox, anybody

from coordination.outbox.mail import Mail, MailServer, letter, server_of
from coordination.outbox.schedule import FEW_TRIES, TRIES, Failure
from coordination.outbox.topics import TOPICS
from coordination.settings import SettingsError

pytest_plugins = ["night_fixture"]
AT = datetime(2026, 11, 22, 2, 12, tzinfo=UTC)
SENDER = "Naober <alarm@naober.example>"
TO = "nacht@huis.example"


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with Mailbox().serving() as one:
        yield one


def at(box: Mailbox, **more: str) -> MailServer:
    return MailServer(host="127.0.0.1", port=box.port, **more)  # type: ignore[arg-type]


async def send(mail: Mail, topic: str = "offer.requested") -> Failure | None:
    return await mail.send(TO, topic, "d-1", AT)


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_a_letter_says_what_happened_when_and_what_to_do(topic: str) -> None:
    made = letter(SENDER, TO, topic, "d-1", AT)
    read = message_from_bytes(made.as_bytes(), policy=email.policy.default)
    text = read.get_content()
    assert read["subject"] == f"Naober: {TOPICS[topic].subject}"
    assert TOPICS[topic].text.split(". ")[0].rstrip(".") in text
    assert "22-11-2026 om 03.12 uur" in text, "in Dutch time"
    assert "Open Naober" in text
    assert "http" not in text
    assert "Kenmerk: d-1" in text
    assert (read["from"], read["to"]) == (SENDER, TO)
    assert read["message-id"] == "<d-1@naober.example>"
    assert read["auto-submitted"] == "auto-generated"
    assert max(len(line) for line in made.as_bytes().split(b"\n")) < 998


@pytest.mark.parametrize("odd", ["a@b.example\nBcc: c@d.example", "a@b.example\r\n\r\nHello"])
def test_no_address_can_add_a_header(odd: str) -> None:
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        letter(SENDER, odd, "offer.requested", "d-1", AT)
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        letter(odd, TO, "offer.requested", "d-1", AT)


async def test_a_letter_arrives_and_a_repeat_can_be_known(mailbox: Mailbox) -> None:
    mail = Mail(at(mailbox), SENDER)
    assert [await send(mail) for _ in range(2)] == [None, None]
    assert mailbox.to == [[TO], [TO]]
    assert len({one["message-id"] for one in mailbox.letters}) == 1
    assert mailbox.secure == [False, False]


async def test_tls_is_used_where_it_is_offered(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "127.0.0.1", "localhost")
    async with Mailbox().serving(tls_context=authority.server) as box:
        server = MailServer(host="localhost", port=box.port)
        assert await send(Mail(server, SENDER, authority.client)) is None
        assert box.secure == [True]
        assert await send(Mail(server, SENDER)) is not None, "of an authority nobody knows"
        assert len(box.letters) == 1


async def test_a_password_does_not_go_without_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "localhost")
    options = {"authenticator": anybody, "auth_require_tls": False}
    async with Mailbox().serving(**options) as box:
        server = MailServer(host="localhost", port=box.port, user="naober", password="geheim")
        assert await send(Mail(server, SENDER, authority.client)) == Failure("SMTPException")
        assert box.letters == []
    async with Mailbox().serving(tls_context=authority.server, **options) as box:
        server = MailServer(host="localhost", port=box.port, user="naober", password="geheim")
        assert await send(Mail(server, SENDER, authority.client)) is None
        ((who, secure),) = zip(box.signed_in, box.secure, strict=True)
        assert (who.login, who.password, secure) == (b"naober", b"geheim", True)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ("550 5.1.1 no such user", Failure("SMTP 550", FEW_TRIES)),
        ("451 4.7.1 greylisted, try again", Failure("SMTP 451", TRIES)),
        ("421 4.3.2 closing", Failure("SMTP 421", TRIES)),
    ],
)
async def test_a_refusal_for_good_is_given_up_sooner_than_one_for_now(
    mailbox: Mailbox, answer: str, failure: Failure
) -> None:
    mailbox.refusals = [answer]
    mail = Mail(at(mailbox), SENDER)
    assert await send(mail) == failure
    assert await send(mail) is None


async def test_a_mail_server_that_is_away_costs_a_try() -> None:
    away = Mail(MailServer(host="127.0.0.1", port=9), SENDER)
    assert await send(away) == Failure("SMTPConnectError")
    assert await send(Mail(None, SENDER)) == Failure("NoMailServer")


async def test_each_alert_is_a_letter_of_its_own(night: Night) -> None:
    contact = await night.contact("email", TO)
    tried = [await night.tested(contact) for _ in range(3)]
    night.mailbox.refusals = ["451 later"]
    assert await night.once() == 3
    assert len(night.mailbox.letters) == 2
    (late,) = await night.deliveries("waiting")
    assert late["error"] == "SMTP 451"
    await night.due(late["id"])
    await night.once()
    ids = [one["message-id"].removeprefix("<").partition("@")[0] for one in night.mailbox.letters]
    assert sorted(ids) == sorted(tried)


@pytest.mark.parametrize(
    ("setting", "server"),
    [
        ("", None),
        ("smtp://mail.example", MailServer(host="mail.example", port=25)),
        ("smtp://mail.example:2525", MailServer(host="mail.example", port=2525)),
        (
            "smtp://naober:p%40ss%3A@mail.example",
            MailServer(host="mail.example", port=587, user="naober", password="p@ss:"),
        ),
        (
            "smtps://a%40b.example:x@mail.example/",
            MailServer(host="mail.example", port=465, user="a@b.example", password="x", tls=True),
        ),
    ],
)
def test_the_setting_of_the_mail_server_is_a_url(setting: str, server: MailServer | None) -> None:
    assert server_of(setting) == server


@pytest.mark.parametrize(
    "setting",
    [
        "mail.example",
        "http://geheim@mail.example",
        "smtp://",
        "smtp://mail.example:geheim",
        "smtp://x:geheim@mail.example/path",
    ],
)
def test_a_setting_that_can_not_be_read_is_refused_without_repeating_it(setting: str) -> None:
    with pytest.raises(SettingsError, match="NAOBER_MAIL_SERVER") as refused:
        server_of(setting)
    assert "geheim" not in str(refused.value)
