"""A protocol of a few rules, for tests that plant faults in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from triage.picture import RED_FLAGS

FLAGS = " or ".join(RED_FLAGS)
HEAD = """
version = "small"
tables = ["acute", "calm"]
safety_net = ["Verantwoordelijk: {responsible}, binnen {hours} uur."]
sign_off = { signed = false }
unknown = { urgency = "U3" }

[terms]
grown = "age >= 18"

[[assumption]]
id = "not-pregnant"
fact = "pregnant"
value = false
when = "age >= 60"
source = "Verzonnen, te bevestigen"
date = 2026-11-21
nl = "Aangenomen: niet zwanger."
en = "Assumed: not pregnant."

[wording.gap]
nl = "Geen regel."
en = "No rule."
source = "Verzonnen"

[wording.undecided]
nl = "Nog niet."
en = "Not yet."
source = "Verzonnen"

[wording.conflict]
nl = "Verschil."
en = "Conflict."
source = "Verzonnen"
"""
KINDS = "\n".join(
    f'[{kind}]\nresponsible = "iemand"\nwithin_hours = {hours}\nsource = "Verzonnen"'
    for kind, hours in (("seh", 0), ("hap", 1), ("gp-planned", 72), ("human-triage", 0))
)
ACUTE: dict[str, dict[str, Any]] = {
    "flag": {"priority": 10, "when": FLAGS, "kind": "seh", "floor": "U1", "allowed": ["seh"]},
    "urgent": {"priority": 20, "when": "urgency in ['U0', 'U1', 'U2', 'U3']", "kind": "hap"},
}
CALM: dict[str, dict[str, Any]] = {
    "grown-up": {"priority": 30, "when": "grown", "kind": "gp-planned"},
    "child": {"priority": 40, "when": "not grown", "kind": "human-triage"},
}


def rule(name: str, columns: dict[str, Any]) -> str:
    """A row of a table."""
    said = {
        "id": name,
        "source": "Verzonnen",
        "nl": f"Regel {name}.",
        "en": f"Rule {name}.",
    } | columns
    lines = [f"{column} = {value!r}" for column, value in said.items()]
    return "\n".join(["[[rule]]", *lines, "date = 2026-11-21"]).replace("\\'", "'")


def write(
    folder: Path,
    *,
    head: str = HEAD,
    acute: dict[str, dict[str, Any]] = ACUTE,
    calm: dict[str, dict[str, Any]] = CALM,
    kinds: str = KINDS,
) -> Path:
    """The protocol in a folder, sound unless something else is given."""
    folder.mkdir(exist_ok=True)
    files = {
        "protocol": head,
        "kinds": kinds,
        "acute": '[table]\ntitle = "Acuut"\nlane = "acute"\n' + table(acute),
        "calm": '[table]\ntitle = "Rustig"\n' + table(calm),
    }
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def table(rules: dict[str, dict[str, Any]]) -> str:
    """The rows of a table."""
    return "\n\n".join(rule(name, columns) for name, columns in rules.items())
