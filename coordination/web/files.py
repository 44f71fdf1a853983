"""The style, scripts and icon that pages use: read once, served with a fingerprint.

Only files that were found in ``static/`` when they were read are served, so no path of a
request ever reaches the disk.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from coordination.errors import Refused, Wrong
from coordination.parts import AnyRequest

FOLDER: Final = Path(__file__).parent / "static"
TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".md": "text/plain; charset=utf-8",
    "": "text/plain; charset=utf-8",
}
YEAR: Final = 31_536_000  # seconds


class File(msgspec.Struct, frozen=True):
    """One file, as it is sent.

    Attributes:
        body: its bytes.
        packed: the same by gzip.
        tag: its fingerprint, between quotes: the ETag.
        type: its media type.
    """

    body: bytes
    packed: bytes
    tag: str
    type: str


@cache
def files() -> Mapping[str, File]:
    """Every file by its path below ``static/``."""
    return {
        path.relative_to(FOLDER).as_posix(): _read(path)
        for path in sorted(FOLDER.rglob("*"))
        if path.is_file() and path.suffix in TYPES and path.name != "stamp"
    }


def _read(path: Path) -> File:
    body = path.read_bytes()
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return File(body, gzip.compress(body, mtime=0), tag, TYPES[path.suffix])


def address(name: str) -> str | None:
    """The address of a file, new for each content; None when it was not fetched."""
    found = files().get(name)
    return None if found is None else f"/static/{name}?v={_version(found)}"


def _version(file: File) -> str:
    return file.tag.strip('"')


@get("/static/{path:path}", sync_to_thread=False)
def static(path: FromPath[str], request: AnyRequest) -> Response[bytes]:
    """A file of ``static/``; one asked for by its fingerprint may be kept for a year."""
    found = files().get(path.lstrip("/"))
    if found is None:
        raise Refused(Wrong.NOT_FOUND, "There is no such file.")
    fixed = request.query_params.get("v") == _version(found)
    headers = {
        "ETag": found.tag,
        "Vary": "Accept-Encoding",
        "Cache-Control": f"public, max-age={YEAR}, immutable" if fixed else "no-cache",
    }
    if found.tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=found.type)
    body = found.body
    if "gzip" in request.headers.get("accept-encoding", "") and len(found.packed) < len(body):
        body = found.packed
        headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers, media_type=found.type)


@get("/favicon.ico", sync_to_thread=False)
def favicon() -> Response[bytes]:
    """The icon, for browsers that ask before they have read a page."""
    icon = files()["naober.svg"]
    return Response(icon.body, media_type=icon.type, headers={"Cache-Control": "max-age=86400"})
