"""Any CSV of vital signs with outcomes comes in by one door, and nothing impossible is scored."""

from pathlib import Path

import pytest
from columns import Mapping, MappingError, read_mapping
from csv_patients import Patients, read_patients

from triage.codes import Consciousness

MAPPING = """
title = "Invented people"
source = "nowhere"
temperature_unit = "[degF]"
delimiter = ";"
[columns]
age = "years"
saturation = "spo2"
consciousness = "avpu"
temperature = "temp"
on_oxygen = "o2"
scale2 = "target"
[outcomes.death]
title = "death"
column = "died"
positive = ["yes"]
negative = ["no"]
[comparator]
title = "colour"
column = "colour"
acute = ["red"]
"""
HEADER = "years;spo2;avpu;temp;o2;target;died;colour\n"


def mapping(folder: Path, text: str = MAPPING) -> Mapping:
    path = folder / "set.toml"
    path.write_text(text)
    return read_mapping(path)


def people(folder: Path, *rows: str, header: str = HEADER) -> Patients:
    path = folder / "people.csv"
    path.write_text(header + "".join(row + "\n" for row in rows))
    return read_patients(mapping(folder), path)


def test_a_row_is_what_its_cells_say_and_everything_else_is_unknown(tmp_path: Path) -> None:
    (one,) = people(tmp_path, "81.0;93;v;101.3;1;no;yes;red").rows
    picture = one.picture
    assert (picture.age, picture.oxygen_saturation) == (81, 93)
    assert picture.consciousness is Consciousness.VOICE
    assert picture.temperature == pytest.approx(38.5)
    assert picture.on_oxygen is True
    assert picture.hypercapnic_target is False
    assert (picture.pulse, picture.urgency, picture.red_flag_stroke) == (None, None, None)
    assert (one.outcomes, one.other) == ({"death": True}, True)


def test_a_missing_cell_is_unknown_and_no_fault(tmp_path: Path) -> None:
    found = people(tmp_path, ";NA;;nan;;;;")
    (one,) = found.rows
    assert one.picture.age is None
    assert one.picture.oxygen_saturation is None
    assert one.picture.temperature is None
    assert (one.outcomes, one.other) == ({"death": None}, None)
    assert not found.faults


def test_a_short_row_lacks_its_last_cells(tmp_path: Path) -> None:
    (one,) = people(tmp_path, "70;98").rows
    assert (one.picture.oxygen_saturation, one.picture.consciousness) == (98, None)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("81;400;A;98.6;0;0;no;red", ("spo2", "not within 30 to 100")),
        ("81;inf;A;98.6;0;0;no;red", ("spo2", "not within 30 to 100")),
        ("81;high;A;98.6;0;0;no;red", ("spo2", "not a number")),
        ("181;97;A;98.6;0;0;no;red", ("years", "not within 0 to 130")),
        ("81;97;awake;98.6;0;0;no;red", ("avpu", "not A, C, V, P or U")),
        ("81;97;A;36.8;0;0;no;red", ("temp", "not within 25 to 45")),
        ("81;97;A;98.6;maybe;0;no;red", ("o2", "neither yes nor no")),
        ("81;97;A;98.6;0;0;perhaps;red", ("died", "neither positive nor negative")),
    ],
)
def test_what_cannot_be_is_counted_and_never_scored(
    tmp_path: Path, row: str, fault: tuple[str, str]
) -> None:
    found = people(tmp_path, row, "81;97;A;98.6;0;0;no;red")
    assert dict(found.faults) == {fault: 1}
    assert len(found.rows) == 2
    picture = found.rows[0].picture
    read = {
        "years": picture.age,
        "spo2": picture.oxygen_saturation,
        "avpu": picture.consciousness,
        "temp": picture.temperature,
        "o2": picture.on_oxygen,
        "died": found.rows[0].outcomes["death"],
    }
    assert read[fault[0]] is None


@pytest.mark.parametrize(
    ("score", "level"),
    [
        ("15", Consciousness.ALERT),
        ("14", Consciousness.CONFUSION),
        ("12", Consciousness.VOICE),
        ("3", Consciousness.PAIN),
        ("16", None),
        ("9.5", None),
    ],
)
def test_a_glasgow_coma_scale_is_read_on_the_worse_side(
    tmp_path: Path, score: str, level: Consciousness | None
) -> None:
    (tmp_path / "people.csv").write_text(f"years;gcs;died;colour\n80;{score};no;red\n")
    text = MAPPING.replace('consciousness = "avpu"', 'gcs = "gcs"')
    for line in ('saturation = "spo2"', 'temperature = "temp"', 'on_oxygen = "o2"'):
        text = text.replace(line, "")
    read = mapping(tmp_path, text.replace('scale2 = "target"', ""))
    (one,) = read_patients(read, tmp_path / "people.csv").rows
    assert one.picture.consciousness is level


def test_a_file_without_a_named_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"people\.csv has no column avpu, target"):
        people(tmp_path, header=HEADER.replace("avpu", "x").replace("target", "y"))


@pytest.mark.parametrize(
    ("instead", "of", "why"),
    [
        ('spo2_percent = "spo2"', 'saturation = "spo2"', "unknown field `spo2_percent`"),
        ('"Kelvin"', '"[degF]"', "temperature_unit is Cel or"),
        ('gcs = "g"\nconsciousness', "consciousness", "not both"),
        ("", 'title = "Invented people"', "missing required field `title`"),
    ],
)
def test_a_mapping_with_a_mistake_says_which(
    tmp_path: Path, instead: str, of: str, why: str
) -> None:
    with pytest.raises(MappingError, match=why):
        mapping(tmp_path, MAPPING.replace(of, instead))
