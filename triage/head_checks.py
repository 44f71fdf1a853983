"""What the head of a protocol must say, apart from its tables: nothing empty, nothing twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from string import Formatter

from triage.protocol_error import ProtocolError
from triage.table_files import HEAD
from triage.tables import Head

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,39}")
_FILLED_IN = frozenset({"responsible", "hours"})


def check_head(head: Head) -> None:
    """What ``protocol.toml`` must say, apart from the tables."""
    if _VERSION.fullmatch(head.version) is None:
        cure = "use letters, digits, dots and hyphens"
        raise ProtocolError(HEAD, "-", "version", f"{head.version!r} is no version", cure)
    if len(set(head.tables)) < len(head.tables):
        raise ProtocolError(HEAD, "-", "tables", "a table is listed twice", "list it once")
    for line in head.safety_net:
        _check_line(line)
    _check_wordings(head)
    for part in (head.assumption, head.contradiction, head.consult, head.step):
        _once([each.id for each in part])
    _check_steps(head)
    if head.sign_off.signed and not all(each.get("by") for each in head.sign_off.signatures):
        cure = "give each signature by, role and date"
        raise ProtocolError(HEAD, "sign_off", "signatures", "a signature is nobody's", cure)


def _check_wordings(head: Head) -> None:
    for name, wording in head.wording.items():
        for column in ("nl", "en", "source"):
            _filled(f"wording.{name}", column, getattr(wording, column))
    for assumption in head.assumption:
        _filled(assumption.id, "source", assumption.source)
    for contradiction in head.contradiction:
        _filled(contradiction.id, "nl", contradiction.nl)
        _filled(contradiction.id, "en", contradiction.en)
    for consult in head.consult:
        for column in ("nl", "en", "source"):
            _filled(consult.id, column, getattr(consult, column))


def _filled(rule: str, column: str, text: str) -> None:
    if not text.strip():
        raise ProtocolError(HEAD, rule, column, "it is empty", "fill it in")


def _once(ids: Iterable[str]) -> None:
    for name, times in Counter(ids).items():
        _filled(name, "id", name)
        if times > 1:
            raise ProtocolError(HEAD, name, "id", f"{name} is used twice", "give each its own")


def _check_line(line: str) -> None:
    cure = "use {responsible} and {hours} only; a brace itself is written twice"
    try:
        fields = [
            (name, how or kind)
            for _, name, how, kind in Formatter().parse(line)
            if name is not None
        ]
    except ValueError as error:
        raise ProtocolError(HEAD, "-", "safety_net", str(error), cure) from error
    for name, how in fields:
        if name not in _FILLED_IN or how:
            raise ProtocolError(HEAD, "-", "safety_net", f"{{{name}}} can't be filled in", cure)


def _check_steps(head: Head) -> None:
    """Steps follow one another: each priority lies in one at most."""
    steps = sorted(head.step, key=lambda step: step.first)
    for step in steps:
        if step.first > step.last:
            raise ProtocolError(
                HEAD, step.id, "last", "the step ends before it begins", "swap them"
            )
    for one, following in pairwise(steps):
        if following.first <= one.last:
            fault, cure = f"it begins within {one.id}", f"begin after {one.last}"
            raise ProtocolError(HEAD, following.id, "first", fault, cure)
