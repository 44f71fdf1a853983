"""Which database a command works on: the one that is set, or the embedded one."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator

from coordination.db import embedded
from coordination.settings import Settings


@contextlib.contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The address of the database, which answers as long as the block runs.

    Raises:
        EmbeddedError: the embedded server can't run here; the text says what to do.
    """
    if settings.database_url:
        yield settings.database_url
        return
    with embedded.running(settings.folder) as place:
        # Told to stop, we leave by the door: the block ends, and with it the server.
        before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            yield place.url()
        finally:
            signal.signal(signal.SIGTERM, before)
