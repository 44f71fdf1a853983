"""Small servers of our own that a partner could run: one for HTTP, one for e-mail."""

from __future__ import annotations

import asyncio
import contextlib
import email.policy
import json
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HANG = 0
"""Instead of a status: it never answers."""


class Receiver:
    """Keeps what it gets over HTTP, and answers as told.

    Attributes:
        got: headers and JSON of each request.
        bodies: the bytes of each request.
        paths: of each request.
        statuses: of the answers to come; then 202.
        location: where a redirect points.
        endless: the answer has a body without an end.
    """

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], Any]] = []
        self.bodies: list[bytes] = []
        self.paths: list[str] = []
        self.statuses: list[int] = []
        self.location = ""
        self.endless = False
        self.port = 0
        self._open: set[asyncio.Task[Any]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in"

    def forget(self) -> None:
        self.got, self.bodies, self.paths, self.statuses = [], [], [], []
        self.location, self.endless = "", False

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side went away, or the server ends
        finally:
            self._open.discard(task)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.paths.append(first.split()[1])
        self.bodies.append(body)
        self.got.append((headers, json.loads(body)))
        status = self.statuses.pop(0) if self.statuses else 202
        if status == HANG:
            await reader.read()
            return False
        where = f"location: {self.location}\r\n" if self.location else ""
        if self.endless:
            writer.write(f"HTTP/1.1 {status} X\r\ntransfer-encoding: chunked\r\n\r\n".encode())
            while True:
                writer.write(b"5\r\nmore \r\n")
                await writer.drain()
        writer.write(f"HTTP/1.1 {status} X\r\n{where}content-length: 0\r\n\r\n".encode())
        await writer.drain()
        return True

    @contextlib.asynccontextmanager
    async def serving(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
        server = await asyncio.start_server(self.handle, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        yield self
        server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)


class Mailbox:
    """Takes letters over SMTP.

    Attributes:
        letters: as they came.
        refusals: answers to come to the one who is written to; then 250.
        signed_in: who signed in, of each letter.
    """

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.to: list[list[str]] = []
        self.refusals: list[str] = []
        self.signed_in: list[Any] = []
        self.secure: list[bool] = []
        self.port = 0

    def forget(self) -> None:
        self.letters, self.to, self.refusals, self.signed_in, self.secure = [], [], [], [], []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.refusals:
            return self.refusals.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = envelope.content
        assert isinstance(content, bytes)
        read = email.message_from_bytes(content, policy=email.policy.default)
        self.letters.append(read)
        self.to.append(list(envelope.rcpt_tos))
        self.signed_in.append(session.auth_data)
        self.secure.append(session.ssl is not None)
        return "250 OK"

    @contextlib.asynccontextmanager
    async def serving(self, **options: Any) -> AsyncIterator[Mailbox]:
        loop = asyncio.get_running_loop()
        sessions: list[SMTP] = []

        def session() -> SMTP:
            sessions.append(SMTP(self, hostname="mail.example", loop=loop, **options))
            return sessions[-1]

        server = await loop.create_server(session, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        yield self
        server.close()
        for one in sessions:
            if one.transport is not None:
                one.transport.abort()  # type: ignore[attr-defined]


def anybody(_server: SMTP, _session: Any, _envelope: Envelope, _how: str, who: Any) -> AuthResult:
    """Lets everybody sign in."""
    return AuthResult(success=True, auth_data=who)


class Authority:
    """A certificate for names of our own, and the contexts of both sides.

    Args:
        folder: where the server's key stands for a while.
        names: that the certificate is for.
    """

    def __init__(self, folder: Path, *names: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem = made.public_bytes(serialization.Encoding.PEM)
        file = folder / "server.pem"
        file.write_bytes(
            pem
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.load_cert_chain(file)
        self.client = ssl.create_default_context(cadata=pem.decode())
