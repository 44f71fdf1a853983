"""Posts an alert to a webhook, signed after Standard Webhooks, and to no machine inside the house.

The name of the host is looked up once a try; what it means is checked, and that very address is
connected to, while TLS and the Host header keep the name. A name that means something else a
moment later ("DNS rebinding") so gains nothing. Redirects are not followed and of an answer
nothing but its status is read.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import socket
import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime

import httpx

from coordination.outbox.addresses import fault_of_url, is_public
from coordination.outbox.schedule import FEW_TRIES, Failure

TIMEOUT = 10.0  # seconds
_CONNECT = 4.0  # seconds for one of its addresses
SECRET_BYTES = 32  # the specification asks 24 to 64
_LATER = frozenset({408, 409, 425, 429})
_GONE = 410
_CLIENT_ERROR = range(400, 500)

Resolve = Callable[[str, int], Awaitable[list[str]]]


async def look_up(host: str, port: int) -> list[str]:
    """The IP addresses of a host, by the resolver of the machine."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def shown(secret: bytes) -> str:
    """A secret in the form that libraries for Standard Webhooks take."""
    return "whsec_" + base64.b64encode(secret).decode()


def signature(secret: bytes, identity: str, timestamp: int, body: bytes) -> str:
    """The value of ``webhook-signature`` (standardwebhooks.com, "Verifying webhook authenticity").

    Args:
        secret: the bytes behind ``whsec_``.
        identity: ``webhook-id``.
        timestamp: ``webhook-timestamp``, seconds since 1970.
        body: as it is posted.
    """
    digest = hmac.digest(secret, f"{identity}.{timestamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(digest).decode()


class Webhooks:
    """Posts alerts.

    Args:
        allowed: hosts that may be private and may do without TLS.
        resolve: looks up a name.
        timeout: seconds for one try, from looking up the name to the status of the answer.
        verify: how certificates are checked; True: by the authorities that httpx trusts.
    """

    def __init__(
        self,
        allowed: frozenset[str],
        *,
        resolve: Resolve = look_up,
        timeout: float = TIMEOUT,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._timeout = timeout
        # No connection is kept: one that was opened for a name belongs to no other name that
        # happens to have the same IP address.
        self._transport = httpx.AsyncHTTPTransport(
            verify=verify, limits=httpx.Limits(max_keepalive_connections=0)
        )

    async def close(self) -> None:
        """Closes what is open."""
        await self._transport.aclose()

    async def post(
        self, address: str, secret: bytes, identity: str, body: bytes, now: datetime
    ) -> Failure | None:
        """Posts a body once; why it was not taken, or None.

        Args:
            address: of the webhook.
            secret: signs it.
            identity: the same at each try, so that a repeat is known.
            body: JSON.
            now: the moment of this try.
        """
        timestamp = int(now.timestamp())
        headers = {
            "content-type": "application/json",
            "user-agent": "naober",
            "webhook-id": identity,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(secret, identity, timestamp, body),
        }
        return await self.send(address, headers, body)

    async def send(self, address: str, headers: dict[str, str], body: bytes) -> Failure | None:
        """Posts a body once with these headers, unsigned; why it was not taken, or None."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._send(address, headers, body)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            return Failure(type(error).__name__)  # TimeoutError is an OSError

    async def _send(self, address: str, headers: dict[str, str], body: bytes) -> Failure | None:
        url = httpx.URL(address)
        if fault_of_url(address, self._allowed):  # a host that was allowed, and is no longer
            return Failure("AddressNotAllowed", FEW_TRIES)
        port = url.port or (443 if url.scheme == "https" else 80)
        found = await self._resolve(url.host, port)
        if url.host not in self._allowed and not all(is_public(one) for one in found):
            return Failure("AddressNotPublic", FEW_TRIES)
        for place, one in enumerate(found, start=1):
            request = httpx.Request(
                "POST",
                url.copy_with(host=one),
                headers=headers | {"host": url.netloc.decode()},
                content=body,
                extensions={"sni_hostname": url.host, "timeout": {"connect": _CONNECT}},
            )
            try:
                answer = await self._transport.handle_async_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if place == len(found):
                    raise
                continue
            await answer.aclose()
            return _meaning(answer.status_code)
        return Failure("NoAddress")


def _meaning(status: int) -> Failure | None:
    """What an answer says of the tries to come.

    One that calls the message wrong is given up soon, "gone" at once. The contact stays all the
    same: whether someone is called at night is for people to end.
    """
    if httpx.codes.is_success(status):
        return None
    if status == _GONE:
        return Failure(f"HTTP {status}", 1)
    if status in _CLIENT_ERROR and status not in _LATER:
        return Failure(f"HTTP {status}", FEW_TRIES)
    return Failure(f"HTTP {status}")
