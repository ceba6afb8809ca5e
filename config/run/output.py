"""What the parts print: each line goes to the terminal behind its part's name, and to a file of its part."""

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from logging import makeLogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path

LARGEST_FILE = 10_000_000  # bytes; one older file of each part is kept
NAME_WIDTH = 8

_terminal = threading.Lock()


def say(text: str) -> None:
    """Write a line to the terminal; a terminal that has been closed meanwhile is no reason to stop."""
    with _terminal, contextlib.suppress(OSError, ValueError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


@contextlib.contextmanager
def collected(name: str, directory: Path) -> Iterator[int]:
    """Give a file descriptor for the output of part `name`, to be inherited by its processes."""
    reader, writer = os.pipe()
    threading.Thread(target=_copy, args=(reader, name, directory / f"{name}.log"), daemon=True).start()
    try:
        yield writer
    finally:
        os.close(writer)


def _copy(reader: int, name: str, path: Path) -> None:
    file = RotatingFileHandler(path, maxBytes=LARGEST_FILE, backupCount=1, encoding="utf-8")
    with os.fdopen(reader, errors="replace") as lines, contextlib.closing(file):
        for line in lines:
            text = line.rstrip("\n")
            file.emit(makeLogRecord({"msg": text}))
            say(f"{name:<{NAME_WIDTH}} | {text}")
