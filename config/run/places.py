"""Where one checkout keeps its data, its sockets and its secret, known without starting anything.

Settings are loaded before any server runs, so every address here is computed from the checkout's path alone.
"""

import functools
import hashlib
import os
import secrets
import stat
import time
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from config.run.errors import RunError

CHECKOUT = Path(__file__).resolve().parents[2]
# sun_path holds 108 bytes on Linux and 104 on macOS, with the closing NUL.
LONGEST_SOCKET_PATH = 100
POSTGRES_PORT = 5432  # names the socket file; nothing listens on a port
POSTGRES_SOCKET = f".s.PGSQL.{POSTGRES_PORT}"
VALKEY_SOCKET = "valkey.sock"
DATABASE = USER = "juara"  # the user owns the database, and migrates it
APPLICATION = "juara_app"  # as which web, worker, clock and commands sign in: see config.run.roles


@functools.cache
def run_directory() -> Path:
    """Return the directory of the data, logs and secret: `RUN_DIR`, else `.run` of the checkout.

    As root the servers drop to an unprivileged user, who could not reach a checkout under `/root`: the data then
    live under `/var/lib/juara`, where a reboot keeps them.
    """
    chosen = os.environ.get("RUN_DIR")
    if chosen:
        return Path(chosen).expanduser().absolute()
    if os.geteuid() == 0 and not _anybody_may_enter(CHECKOUT):
        return Path("/var/lib/juara") / _own_name(CHECKOUT)
    return CHECKOUT / ".run"


@functools.cache
def socket_directory() -> Path:
    """Return the directory of the sockets: in the run directory, unless their path would be too long.

    Raises `RunError` when somebody else has prepared the directory under `/tmp`.
    """
    inside = run_directory() / "sockets"
    if len(os.fsencode(inside / POSTGRES_SOCKET)) <= LONGEST_SOCKET_PATH:
        return inside
    # Not tempfile.gettempdir(): two shells with different TMPDIR must find the same servers.
    outside = Path("/tmp") / f"juara-{os.geteuid()}-{_own_name(run_directory())}"  # noqa: S108
    refuse_if_foreign(outside)
    return outside / "sockets"


def refuse_if_foreign(directory: Path) -> None:
    """Raise `RunError` when `directory` exists but is a link or belongs to another user."""
    try:
        found = directory.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise RunError(
            f"{directory} belongs to another user (uid {found.st_uid}) or is no directory, so it cannot be trusted "
            "with the database's socket. Remove it, or set RUN_DIR to a short path of your own."
        )


def default_database_url() -> str:
    """Return the embedded PostgreSQL's address, as django-environ reads a unix socket."""
    return database_url(socket_directory(), APPLICATION)


def database_url(sockets: Path, user: str = USER) -> str:
    """Return the address, for this user, of the PostgreSQL whose socket is in `sockets`.

    >>> database_url(Path("/srv/My App/sockets"))
    'postgres://juara@//srv/My%20App/sockets/juara'
    """
    return f"postgres://{user}@/{quote(str(sockets))}/{DATABASE}"


def default_redis_url() -> str:
    """Return the embedded Valkey's address, as redis-py reads a unix socket."""
    return redis_url(socket_directory())


def redis_url(sockets: Path, database: int = 0) -> str:
    """Return the address of the Valkey whose socket is in `sockets`.

    >>> redis_url(Path("/srv/juara"), 3)
    'unix:///srv/juara/valkey.sock?db=3'
    """
    return f"unix://{quote(str(sockets / VALKEY_SOCKET))}?db={database}"


def celery_broker_url(url: str) -> str:
    """Translate a redis-py address into Celery's; only unix sockets are spelt differently.

    >>> celery_broker_url("unix:///srv/juara/valkey.sock?db=3")
    'redis+socket:///srv/juara/valkey.sock?virtual_host=3'
    >>> celery_broker_url("redis://localhost:6379/0")
    'redis://localhost:6379/0'
    """
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.netloc}{parts.path}?virtual_host={database}"


def secret_key() -> str:
    """Return this installation's own secret, made up on first use and kept in the run directory."""
    path = run_directory() / "secret_key"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
    except FileExistsError:
        # Another process may have created it this instant and not have written it yet.
        for _attempt in range(50):
            if path.stat().st_size:
                break
            time.sleep(0.01)
    return path.read_text()


def _own_name(path: Path) -> str:
    return f"{path.name[:20]}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:12]}"


def _anybody_may_enter(directory: Path) -> bool:
    return all(place.stat().st_mode & stat.S_IXOTH for place in (directory, *directory.parents))
