"""A fault in a protocol: which file, rule and column, what is wrong, and the cure."""

from __future__ import annotations


class ProtocolError(ValueError):
    """A table with a fault: ``file``, ``rule``, ``column``, what is wrong, and the cure."""

    def __init__(self, file: str, rule: str, column: str, fault: str, cure: str) -> None:
        """Compose the one line that an operator reads."""
        super().__init__(f"{file}, rule {rule!r}, column {column!r}: {fault}; {cure}")
        self.file, self.rule, self.column, self.fault, self.cure = file, rule, column, fault, cure
