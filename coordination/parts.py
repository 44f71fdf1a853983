"""What handlers are handed: made once by app.py, and by nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide

from capacity.region import Region
from coordination.auth.tokens import Tokens
from coordination.auth.vault import Vault
from coordination.db.engine import Database
from coordination.live import Live
from coordination.permissions import Actor
from coordination.settings import Settings
from triage.protocol import Protocol


class Parts:
    """The parts of one running service.

    Args:
        settings: as read at start.
        database: its connections.
        live: the snapshot of supply, and notices.
        protocol: the rules of triage.
        vault: seals what is stored of a person.
        tokens: issues and reads bearer tokens.
        region: the region's weights, rings and clocks.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        live: Live,
        protocol: Protocol,
        vault: Vault,
        tokens: Tokens,
        region: Region,
    ) -> None:
        self.settings = settings
        self.database = database
        self.live = live
        self.protocol = protocol
        self.vault = vault
        self.tokens = tokens
        self.region = region

    @property
    def hold(self) -> timedelta:
        """How long a place is held, where the region says nothing else of the kind of care."""
        return timedelta(minutes=self.settings.hold_minutes)

    def now(self) -> datetime:
        """The moment, in UTC."""
        return datetime.now(UTC)

    def as_dependency(self) -> Provide:
        """These parts, for handlers that ask for ``parts``."""
        return Provide(lambda: self, sync_to_thread=False)


def actor_of(request: Request[None, None, State], parts: NamedDependency[Parts]) -> Actor:
    """Who asks; the gate has seen to it that someone does.

    It asks for the parts so that the two are made one after the other: for two at the same
    time Litestar starts a group of tasks at every request.
    """
    del parts
    actor = request.scope["actor"]  # type: ignore[typeddict-item]
    assert isinstance(actor, Actor)  # noqa: S101 - the gate lets nobody else through
    return actor


ACTOR = Provide(actor_of, sync_to_thread=False)

AnyRequest = Request[None, None, State]
Who = NamedDependency[Actor]
With = NamedDependency[Parts]
