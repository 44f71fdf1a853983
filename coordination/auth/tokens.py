"""Bearer tokens: signed, so that a request needs no look-up to know who asks."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import jwt

from coordination.auth.keys import Keys
from coordination.errors import Refused, Wrong
from coordination.permissions import Actor, Role

ALGORITHM = "HS256"
ISSUER = "naober"
REMEMBERED = 4096
LONGEST = 4096  # characters; a token of ours is about 400


class Tokens:
    """Issues and reads the tokens of one installation.

    Reading remembers the tokens that were seen and found good, because checking a signature
    at every request is a fifth of the work of a small one; the expiry is checked each time.

    Args:
        keys: the service's keys.
    """

    def __init__(self, keys: Keys) -> None:
        self._key = bytes.fromhex(keys.token)
        self._seen: dict[str, tuple[Actor, float]] = {}

    def issue(self, actor: Actor, now: datetime, lifetime: timedelta) -> str:
        """A token that names an actor until it expires."""
        return jwt.encode(
            {
                "iss": ISSUER,
                "sub": actor.id,
                "role": actor.role.value,
                "org": str(actor.organisation),
                "regions": sorted(actor.subregions),
                "iat": now,
                "exp": now + lifetime,
            },
            self._key,
            algorithm=ALGORITHM,
        )

    def read(self, token: str, now: datetime) -> Actor:
        """The actor that a token names.

        Raises:
            Refused: UNAUTHENTICATED when it is not ours, was changed, or has expired.
        """
        known = self._seen.get(token)
        if known is None:
            known = self._check(token)
            if len(self._seen) >= REMEMBERED:
                self._seen.clear()
            self._seen[token] = known
        actor, expires = known
        if now.timestamp() >= expires:
            raise Refused(Wrong.UNAUTHENTICATED, "The token has expired; sign in again.")
        return actor

    def _check(self, token: str) -> tuple[Actor, float]:
        try:
            if len(token) > LONGEST:
                raise ValueError("too long")
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                options={"require": ["exp", "sub", "iss"], "verify_exp": False},
            )
            actor = Actor(
                claims["sub"],
                Role(claims["role"]),
                UUID(claims["org"]),
                frozenset(claims["regions"]),
            )
            return actor, float(claims["exp"])
        except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, AttributeError):
            raise Refused(
                Wrong.UNAUTHENTICATED, "The token is not one of this service; sign in again."
            ) from None
