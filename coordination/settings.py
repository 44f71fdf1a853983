"""The service's settings: read once from the environment, unknown names refused."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

PREFIX = "NAOBER_"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting, named ``NAOBER_`` and the field in capitals; the README lists them."""

    host: Annotated[str, Meta(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535, description="Port to listen on.")] = 8080
    data: Annotated[
        str, Meta(description="Folder of the embedded database and the keys of the demo.")
    ] = ".naober"
    database_url: Annotated[
        str,
        Meta(description="PostgreSQL 16+ to use instead of the embedded one (postgresql://...)."),
    ] = ""
    keys: Annotated[
        str, Meta(description="File with the keys; made on first use when it does not exist.")
    ] = ""
    pool: Annotated[int, Meta(ge=1, le=200, description="Database connections of one process.")] = (
        16
    )
    hold_minutes: Annotated[
        int, Meta(ge=1, le=1440, description="Minutes that a place is held for an answer.")
    ] = 60
    region: Annotated[
        str,
        Meta(
            description="File with the region's weights, rings and clocks; empty: those of"
            " capacity/region.toml."
        ),
    ] = ""
    mail_server: Annotated[
        str,
        Meta(
            description="SMTP server for alerts (smtp://user:password@host:port, or smtps://);"
            " empty: none is sent."
        ),
    ] = ""
    mail_from: Annotated[str, Meta(description="Sender of alerts by e-mail.")] = "naober@localhost"
    alert_hosts: Annotated[
        str,
        Meta(
            description="Hosts with a private address to which alerts may be posted all the same,"
            " separated by commas."
        ),
    ] = ""
    public_url: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[^\s/?#@]+(/[^\s?#]*)?)?$",
            description="Address of this service as others reach it (https://...): links begin with"
            " it; empty: with what the request calls it, and in notifications they are relative.",
        ),
    ] = ""
    body_limit: Annotated[
        int, Meta(ge=10_000, le=16_777_216, description="Largest request body, in bytes.")
    ] = 1_048_576
    rate: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000,
            description="Requests a minute that one caller may make of one process; 0: no limit.",
        ),
    ] = 12_000
    outbox_url: Annotated[
        str, Meta(description="Where outgoing messages are posted; empty: they wait in the outbox.")
    ] = ""
    demo_seed: Annotated[int, Meta(ge=0, description="Seed of the invented demo region.")] = 2030
    log_level: Annotated[
        str, Meta(pattern="^(debug|info|warning|error)$", description="Least level that is logged.")
    ] = "info"

    @property
    def folder(self) -> Path:
        """The data folder as an absolute path."""
        return Path(self.data).expanduser().resolve()

    @property
    def keys_file(self) -> Path:
        """Where the keys stand: ``keys``, or ``keys.json`` in the data folder."""
        return Path(self.keys).expanduser() if self.keys else self.folder / "keys.json"


class SettingsError(ValueError):
    """A setting that does not exist, or a value that does not fit; the text names the cure."""


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of an environment.

    Raises:
        SettingsError: a name that begins with ``NAOBER_`` is unknown, or a value is refused.
    """
    known = {PREFIX + field.upper(): field for field in Settings.__struct_fields__}
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        raise SettingsError(
            f"unknown setting {', '.join(unknown)}; the settings are {', '.join(sorted(known))}"
        )
    try:
        return msgspec.convert(
            {known[name]: value for name, value in given.items()}, Settings, strict=False
        )
    except msgspec.ValidationError as error:
        # "Expected `int` - at `$.port`": name the variable rather than the field.
        text, _, path = str(error).partition(" - at `$.")
        name = PREFIX + path.rstrip("`").upper()
        raise SettingsError(f"{name}: {text[0].lower()}{text[1:]}") from None
