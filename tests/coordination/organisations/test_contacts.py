"""An organisation keeps its own contacts: addresses that can be used, few enough, and in sight."""

from __future__ import annotations

import asyncio
import base64
from typing import Any
from uuid import uuid4

import pytest
from desk import Desk
from night import Night

from coordination.errors import Refused
from coordination.organisations import contacts
from coordination.organisations.contacts import MOST_CONTACTS
from coordination.outbox.addresses import fault_of_url, hosts, is_public
from coordination.outbox.topics import TO_PROVIDERS, TO_THE_DESK, TOPICS
from coordination.permissions import Actor, Role
from coordination.settings import Settings

pytest_plugins = ["night_fixture"]


async def register(night: Night, body: Any, **more: Any) -> Any:
    return await night.desk.ask("provider", "POST", "/api/contacts", body, **more)


async def second_provider(desk: Desk) -> str:
    found: str = await desk.value(
        "SELECT id::text FROM organisation WHERE kind = 'care-provider' ORDER BY id DESC LIMIT 1"
    )
    return found


async def test_the_secret_of_a_webhook_is_shown_once_and_stored_sealed(night: Night) -> None:
    made = await night.contact(address="https://alerts.example/naober?key=1")
    secret = base64.b64decode(made["secret"].removeprefix("whsec_"), validate=True)
    assert made["secret"].startswith("whsec_")
    assert len(secret) == 32
    listed = await night.desk.get("/api/contacts", "provider")
    assert listed["items"] == [{key: made[key] for key in made if key != "secret"}]
    stored = await night.desk.value("SELECT secret FROM contact")
    assert secret not in stored


async def test_an_e_mail_address_has_no_secret(night: Night) -> None:
    made = await night.contact("email", "nacht@huis.example", ["offer.requested"])
    assert (made["secret"], made["topics"]) == (None, ["offer.requested"])
    assert await night.desk.value("SELECT secret IS NULL FROM contact")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "alerts.example",
        "ftp://alerts.example/x",
        "http://alerts.example/x",
        "https://",
        "https:///x",
        "https://user:secret@alerts.example/x",
        "https://alerts.example/x#part",
        "https://alerts.example/x\r\nX-Evil: 1",
        "https://alerts.example/x y",
        "https://alerts.example\\@127.0.0.1/",
        "https://zorgé.example/",
        "https://alerts.example:99999/",
        "https://alerts.example:0/",
        "https://-.example/",
        "https://localhost/x",
        "https://localhost.localdomain/x",
        "https://intranet/x",
        "https://metadata.google.internal/x",
        "https://2130706433/x",
        "https://0x7f000001/x",
        "https://127.1/x",
        "https://0/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "https://[fe80::1%25eth0]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://alerts.example/" + "x" * 500,
    ],
)
async def test_an_address_that_no_alert_may_go_to_is_refused_by_name(
    night: Night, address: str
) -> None:
    answer = await register(night, {"channel": "webhook", "address": address})
    assert answer.status_code == 422, answer.text
    assert [one["path"] for one in answer.json()["errors"]] == ["address"]
    assert await night.desk.value("SELECT count(*) FROM contact") == 0


@pytest.mark.parametrize(
    "address",
    [
        "nacht",
        "nacht@localhost",
        "@huis.example",
        "nacht@",
        "nacht@huis..example",
        ".nacht@huis.example",
        "nacht@huis.example\r\nBcc: iedereen@huis.example",
        "nacht@huis.example\n",
        "nacht@huis.example, iedereen@huis.example",
        "Nacht <nacht@huis.example>",
        "nacht @huis.example",
        "näcHt@huis.example",
        "n" * 65 + "@huis.example",
        "n@" + "h" * 250 + ".example",
    ],
)
async def test_what_is_no_plain_e_mail_address_is_refused_by_name(
    night: Night, address: str
) -> None:
    answer = await register(night, {"channel": "email", "address": address})
    assert answer.status_code == 422, answer.text
    assert [one["path"] for one in answer.json()["errors"]] == ["address"]


async def test_an_unknown_topic_is_refused_by_its_place(night: Night) -> None:
    body = {
        "channel": "webhook",
        "address": "https://alerts.example/",
        "topics": ["offer.requested", "offer.requestet"],
    }
    answer = await register(night, body)
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert fault["path"] == "topics[1]"
    assert "offer.requested" in fault["message"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"channel": "pigeon", "address": "https://alerts.example/"},
        {"channel": "webhook"},
        {"channel": "webhook", "address": 5},
        {"channel": "webhook", "address": "https://alerts.example/", "topics": "offer.requested"},
        {"channel": "webhook", "address": "https://alerts.example/", "secret": "mine"},
        [],
        b"{",
    ],
)
async def test_a_body_of_another_form_is_refused(night: Night, body: Any) -> None:
    assert (await register(night, body)).status_code == 400


async def test_where_no_e_mail_is_sent_none_is_promised(night: Night) -> None:
    row = (await night.desk.rows("SELECT id FROM organisation LIMIT 1"))[0]
    actor = Actor("someone", Role.PROVIDER, row["id"])
    with pytest.raises(Refused, match="No e-mail is sent") as refused:
        await night.database.transact(
            lambda tx: contacts.add(
                tx,
                actor,
                "email",
                "nacht@huis.example",
                [],
                secret=b"s" * 32,
                vault=night.service.parts.vault,
                settings=Settings(),
            )
        )
    assert refused.value.code == "no-mail-server"


async def test_an_organisation_sees_and_changes_its_own_contacts_only(night: Night) -> None:
    made = await night.contact()
    delivery = await night.tested(made)
    other = await second_provider(night.desk)
    for role, organisation in (("provider", other), ("coordinator", None)):
        for path in ("/api/contacts", "/api/deliveries"):
            seen = await night.desk.get(path, role, organisation=organisation)
            assert seen["items"] == []
        for method, path in (
            ("DELETE", f"/api/contacts/{made['id']}"),
            ("POST", f"/api/contacts/{made['id']}/test"),
            ("POST", f"/api/deliveries/{delivery}/resend"),
        ):
            answer = await night.desk.ask(role, method, path, organisation=organisation)
            assert answer.status_code == 404, (role, path)
    assert len((await night.desk.get("/api/contacts", "provider"))["items"]) == 1


async def test_a_removed_contact_is_forgotten_and_may_come_again(night: Night) -> None:
    made = await night.contact()
    twice = await register(night, {"channel": "webhook", "address": night.receiver.url})
    assert twice.status_code == 409
    path = f"/api/contacts/{made['id']}"
    assert (await night.desk.ask("provider", "DELETE", path)).status_code == 204
    assert (await night.desk.ask("provider", "DELETE", path)).status_code == 404
    assert (await night.desk.ask("provider", "POST", f"{path}/test")).status_code == 404
    (row,) = await night.desk.rows("SELECT address, secret, removed_at FROM contact")
    assert (row["address"], row["secret"]) == ("", None)
    assert row["removed_at"] is not None
    assert (await night.contact())["id"] != made["id"]


async def test_an_organisation_has_a_limited_number_of_contacts_also_in_a_hurry(
    night: Night,
) -> None:
    bodies = [
        {"channel": "webhook", "address": f"https://alerts.example/{number}"}
        for number in range(MOST_CONTACTS + 5)
    ]
    answers = await asyncio.gather(*(register(night, body) for body in bodies))
    assert sorted(one.status_code for one in answers) == [201] * MOST_CONTACTS + [409] * 5
    assert await night.desk.value("SELECT count(*) FROM contact") == MOST_CONTACTS


async def test_each_look_and_each_change_is_written_down_without_the_address(night: Night) -> None:
    marks = [f"night-{uuid4().hex}" for _ in range(6)]
    made = (
        await register(
            night,
            {"channel": "email", "address": "wie.dan@huis.example"},
            headers={"x-request-id": marks[0]},
        )
    ).json()
    delivery = await night.tested(made)
    await night.desk.rows("UPDATE delivery SET dead_at = now()")
    steps = [
        ("GET", "/api/contacts"),
        ("POST", f"/api/contacts/{made['id']}/test"),
        ("GET", "/api/deliveries?state=dead"),
        ("POST", f"/api/deliveries/{delivery}/resend"),
        ("DELETE", f"/api/contacts/{made['id']}"),
    ]
    for mark, (method, path) in zip(marks[1:], steps, strict=True):
        answer = await night.desk.ask("provider", method, path, headers={"x-request-id": mark})
        assert answer.status_code < 300, answer.text
    found = await night.desk.rows(
        "SELECT request_id, action, entity, detail::text, a::text AS whole FROM audit a"
        " WHERE request_id = ANY($1) ORDER BY id",
        marks,
    )
    assert [(row["request_id"], row["action"]) for row in found] == list(
        zip(
            marks,
            [
                "add-contact",
                "read-contacts",
                "test-contact",
                "read-deliveries",
                "resend-delivery",
                "remove-contact",
            ],
            strict=True,
        )
    )
    assert found[0]["entity"] == f"contact/{made['id']}"
    assert not [row for row in found if "wie.dan" in row["whole"]]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("9.9.9.9", True),
        ("2620:fe::fe", True),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("100.100.100.200", False),
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("168.63.129.16", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.0.2.1", False),
        ("192.168.1.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::ffff:9.9.9.9", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("fd00:ec2::254", False),
        ("fe80::1", False),
        ("fec0::1", False),
        ("ff0e::1", False),
    ],
)
def test_only_what_everybody_can_reach_is_public(address: str, public: bool) -> None:  # noqa: FBT001 - a table
    assert is_public(address) is public


def test_a_host_that_is_named_in_the_settings_may_be_private_and_without_tls() -> None:
    allowed = hosts(" Inside.example, [::1] ,")
    assert allowed == {"inside.example", "::1"}
    for address in ("http://inside.example:8080/x", "https://INSIDE.example/", "http://[::1]/"):
        assert fault_of_url(address, allowed) is None
        assert fault_of_url(address.replace("https", "http"), frozenset()) is not None
    for address in ("ftp://inside.example/", "http://inside.example.evil.example/"):
        assert fault_of_url(address, allowed) is not None


def test_what_a_contact_hears_of_by_default_can_also_be_asked_for() -> None:
    assert set(TOPICS) > TO_PROVIDERS | TO_THE_DESK
