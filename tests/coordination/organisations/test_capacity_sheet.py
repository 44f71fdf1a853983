"""Reporting by spreadsheet: the template, a preview, all rows or only the good ones."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from capacity_reports import ago, beds, hours, of_unit, put, reported_earlier
from desk import Desk

pytest_plugins = ["desk_fixture"]
HEAD = "Dienst;Bedden;Bezet"


@pytest.fixture(autouse=True)
async def earlier(desk: Desk) -> None:
    await reported_earlier(desk)


async def send(
    desk: Desk, organisation: str, sheet: str | bytes, mode: str = "", media: str = "text/csv"
) -> httpx.Response:
    return await desk.ask(
        "provider",
        "POST",
        "/api/capacity/sheet" + (f"?mode={mode}" if mode else ""),
        sheet if isinstance(sheet, bytes) else sheet.encode(),
        organisation=organisation,
        headers={"content-type": media},
    )


async def template(desk: Desk, organisation: str) -> httpx.Response:
    answer = await desk.ask("provider", "GET", "/api/capacity/sheet", organisation=organisation)
    assert answer.status_code == 200, answer.text
    return answer


def table(data: bytes) -> list[dict[str, str]]:
    text = data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def written(rows: list[dict[str, str]]) -> bytes:
    """As Dutch Excel saves CSV: semicolons, Windows-1252, and more semicolons at the end."""
    lines = [";".join(rows[0]), *(";".join(row.values()) for row in rows)]
    return "".join(f"{line};;\r\n" for line in lines).encode("cp1252")


async def test_the_template_holds_the_newest_figures_of_ones_own_services(desk: Desk) -> None:
    first, second = await of_unit(desk, "hour/week", 2)
    await put(desk, first, hours(400, 372.5, slots={"night": {"total": 4, "used": 1}}))
    answer = await template(desk, first["organisation"])
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "capaciteit.csv" in answer.headers["content-disposition"]
    items = (await desk.get(f"/api/capacity?organisation={first['organisation']}"))["items"]
    rows = {row["Id"]: row for row in table(answer.content)}
    assert list(rows) == [each["service"] for each in items]
    row = rows[first["service"]]
    assert row["Dienst"] == first["name"]
    assert (row["Uren per week"], row["Uren toegezegd"]) == ("400", "372,5")
    assert (row["Nacht bezoeken"], row["Nacht toegezegd"]) == ("4", "1")
    assert (row["Stand op"], row["Geldig tot"]) == ("", "")
    assert rows[second["service"]]["Nacht bezoeken"] == ""


async def test_the_template_sent_back_as_excel_saves_it_is_a_report(desk: Desk) -> None:
    first, *_ = await of_unit(desk, "hour/week", 2)
    org = first["organisation"]
    rows = table((await template(desk, org)).content)
    for row in rows:
        if row["Id"] == first["service"]:
            row["Uren per week"], row["Uren toegezegd"] = "1.234,5", "1000"
            row["Opnamestop tot"], row["Reden opnamestop"] = "", "vakantie"
    preview = (await send(desk, org, written(rows))).json()
    assert (preview["mode"], preview["stored"], preview["refused"]) == ("preview", len(rows), 0)
    shown = next(each for each in preview["rows"] if each["service"] == first["service"])
    assert shown["before"]["contracted"] == first["contracted"]
    assert (shown["after"]["contracted"], shown["status"]) == (1234.5, "stored")
    assert (await desk.get(f"/api/capacity/{first['service']}"))["contracted"] != 1234.5
    answer = await send(desk, org, written(rows), "all", "application/vnd.ms-excel")
    assert answer.status_code == 200, answer.text
    now = await desk.get(f"/api/capacity/{first['service']}")
    assert (now["contracted"], now["committed"], now["free"]) == (1234.5, 1000, 234.5)
    assert now["stop_reason"] == "vakantie"


async def faulty(desk: Desk) -> tuple[list[dict[str, Any]], str]:
    services = await of_unit(desk, "bed", 2)
    first, second = services
    return services, f"{HEAD}\n{first['name']};12;9,5\n\n{second['name']};13;9\nNiemand;1;0\n"


async def test_a_fault_is_told_by_row_column_value_and_cure(desk: Desk) -> None:
    services, sheet = await faulty(desk)
    answer = await send(desk, services[0]["organisation"], sheet)
    assert answer.status_code == 200, answer.text
    wrong, fine, nobody = answer.json()["rows"]
    assert (wrong["row"], fine["row"], nobody["row"]) == (2, 4, 5)
    assert [each["status"] for each in (wrong, fine, nobody)] == ["refused", "stored", "refused"]
    assert wrong["errors"] == [
        {
            "row": 2,
            "column": "C",
            "name": "Bezet",
            "value": "9,5",
            "text": "is geen heel aantal bedden: vul een heel getal in",
            "text_en": "is 9.5, not a whole number of beds: send a whole number",
        }
    ]
    assert (nobody["name"], nobody["errors"][0]["column"]) == ("Niemand", "A")


async def test_all_or_nothing_stores_nothing_and_only_the_good_ones_the_rest(desk: Desk) -> None:
    services, sheet = await faulty(desk)
    before = [await desk.figures(each["service"]) for each in services]
    counts = await desk.counts()
    answer = await send(desk, services[0]["organisation"], sheet, "all")
    assert answer.status_code == 422
    assert [each["path"] for each in answer.json()["errors"]] == [
        "row 2, column C (Bezet)", "row 5, column A (Dienst)"
    ]  # fmt: skip
    assert "heel getal in / is 9.5" in answer.json()["errors"][0]["message"]
    assert await desk.counts() == counts
    good = await send(desk, services[0]["organisation"], sheet, "good")
    assert (good.json()["stored"], good.json()["refused"]) == (1, 2)
    assert await desk.figures(services[0]["service"]) == before[0]
    assert (await desk.figures(services[1]["service"]))["total"] == 13


async def test_the_wall_clock_of_amsterdam_counts_and_a_late_sheet_is_kept_as_late(
    desk: Desk,
) -> None:
    (service,) = await of_unit(desk, "bed", 1)
    sheet = f"{HEAD};Stand op\n{service['name']};12;9;25-10-2025 02:30\n"
    answer = await send(desk, service["organisation"], sheet, "all")
    assert answer.json()["rows"][0]["status"] == "late"
    oldest = await desk.value(
        "SELECT min(as_of) FROM capacity_report WHERE service_id = $1::text::uuid AND NOT counted",
        service["service"],
    )
    assert oldest == datetime(2025, 10, 25, 0, 30, tzinfo=UTC)
    again = await send(desk, service["organisation"], sheet, "all")
    assert again.json()["rows"][0]["status"] == "repeated"
    gone = sheet.replace("25-10-2025", "30-03-2025")
    (row,) = (await send(desk, service["organisation"], gone)).json()["rows"]
    assert "ging de klok" in row["errors"][0]["text"]


async def test_one_service_twice_is_a_slip_unless_at_another_moment(desk: Desk) -> None:
    (service,) = await of_unit(desk, "bed", 1)
    row = f"{service['name']};12;9"
    (_, twice) = (await send(desk, service["organisation"], f"{HEAD}\n{row}\n{row}\n")).json()[
        "rows"
    ]
    assert twice["errors"][0]["text"] == "staat ook in rij 2: haal een van de twee rijen weg"
    times = f"{HEAD};Stand op\n{row};{ago(minutes=2)}\n{row};{ago(minutes=1)}\n"
    answer = await send(desk, service["organisation"], times)
    assert answer.json()["stored"] == 2


async def test_someone_elses_service_can_not_be_found(desk: Desk) -> None:
    (mine,) = await of_unit(desk, "bed", 1)
    items = (await desk.get("/api/capacity"))["items"]
    other = next(each for each in items if each["organisation"] != mine["organisation"])
    for name in (other["service"], other["name"]):
        (row,) = (await send(desk, mine["organisation"], f"{HEAD}\n{name};1;0\n")).json()["rows"]
        assert row["status"] == "refused"
        assert "geen dienst van uw organisatie" in row["errors"][0]["text"]


async def test_visits_of_beds_and_hours_of_beds_are_named_in_their_columns(desk: Desk) -> None:
    (service,) = await of_unit(desk, "bed", 1)
    sheet = f"{HEAD};Ochtend bezoeken;Uren\n{service['name']};12;9;3;40\n"
    (row,) = (await send(desk, service["organisation"], sheet)).json()["rows"]
    assert sorted(each["column"] for each in row["errors"]) == ["D", "E"]


async def test_a_sheet_without_the_column_of_stops_ends_none(desk: Desk) -> None:
    (service,) = await of_unit(desk, "bed", 1)
    await put(desk, service, beds(12, 9, stop_reason="griep", stop_until=ago(days=-1)))
    row = f"{service['name']};12;8"
    answer = await send(desk, service["organisation"], f"{HEAD}\n{row}\n", "all")
    after = answer.json()["rows"][0]["after"]
    assert (after["occupied"], after["stop_reason"]) == (8, "griep")
    sheet = f"{HEAD};Reden opnamestop\n{row};\n"
    answer = await send(desk, service["organisation"], sheet, "all")
    assert answer.json()["rows"][0]["after"]["stop_reason"] is None


async def test_a_name_that_looks_like_a_formula_is_escaped_and_found_again(desk: Desk) -> None:
    (service,) = await of_unit(desk, "bed", 1)
    await put(desk, service, beds(12, 9, stop_reason='=HYPERLINK("http://x.example";"klik")'))
    data = (await template(desk, service["organisation"])).content
    row = next(each for each in table(data) if each["Id"] == service["service"])
    assert row["Reden opnamestop"].startswith("'=")
    answer = await send(desk, service["organisation"], data, "all")
    assert answer.status_code == 200, answer.text
    now = await desk.get(f"/api/capacity/{service['service']}")
    assert now["stop_reason"].startswith("=HYPER")


BAD: list[tuple[bytes, int, str]] = [
    (b"", 400, "Dienst"),
    (b"PK\x03\x04", 400, "CSV"),
    (b"Dienst;Bedden;Vrij\nA;1;1\n", 400, "uitgerekend"),
    (b"Dienst;Bedden\x00\nA;1\n", 400, "NUL"),
    (b'Dienst;Bedden\n"A;1\n', 400, "Rij 2"),
    (b"Dienst;Bedden;Bezet\n" + b"A;1;1\n" * 5_001, 413, "at most 5,000"),
    (b"Dienst;Bedden;Bezet\n" + b"A;1;1\n" * 100_000, 413, "at most 5,000"),
    (b"x" * 1_100_000, 413, "at most 1,048,576 bytes"),
]


@pytest.mark.parametrize(("data", "status", "word"), BAD, ids=range(len(BAD)))
async def test_a_file_that_is_no_sheet_is_refused_and_nothing_is_written(
    desk: Desk, data: bytes, status: int, word: str
) -> None:
    (service,) = await of_unit(desk, "bed", 1)
    counts = await desk.counts()
    for mode in ("preview", "all", "good"):
        answer = await send(desk, service["organisation"], data, mode)
        assert answer.status_code == status, answer.text
        assert word in answer.json()["detail"]
    assert await desk.counts() == counts


async def test_fifty_megabytes_are_refused_before_they_are_read(desk: Desk) -> None:
    read = 0

    async def much() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(50):
            read += 1
            yield b"Dienst;Bedden\n" * 70_000

    header = {"authorization": f"Bearer {desk.token('provider')}"}
    answer = await desk.client.post("/api/capacity/sheet", content=much(), headers=header)
    assert answer.status_code == 413, answer.text
    assert read <= 3


async def test_a_preview_of_every_row_is_written_down_and_changes_nothing(desk: Desk) -> None:
    (service,) = await of_unit(desk, "bed", 1)
    before = await desk.figures(service["service"])
    counts = await desk.counts()
    answer = await send(desk, service["organisation"], f"{HEAD}\n{service['name']};44;9\n")
    assert answer.json()["stored"] == 1
    assert await desk.figures(service["service"]) == before
    assert await desk.counts() == counts
    told = await desk.value(
        "SELECT detail->>'mode' FROM audit WHERE action = 'report-capacity'"
        " ORDER BY id DESC LIMIT 1"
    )
    assert told == "preview"
