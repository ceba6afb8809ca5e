"""One hash of everything that a calculation read: the same facts give the same one, whatever order they came in."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from hashlib import sha256

import polars as pl

from commissions.engine.calculate import Inputs
from commissions.engine.document import document_hash
from commissions.engine.schema import PlanDocument


def inputs_digest(inputs: Inputs) -> str:
    """SHA-256 in hexadecimal, over the rows of each frame in an order of their own, and over the plans' own hashes.

    Ids are part of it: of two calculations of one database it says whether they read the same.
    """
    whole = sha256()
    for name, part in _parts(inputs):
        whole.update(f"{name}\n{part}\n".encode())
    return whole.hexdigest()


def combined(digests: list[str]) -> str:
    """Of the parts of a run, in whatever order they were done.

    >>> combined(["b", "a"]) == combined(["a", "b"]) != combined(["a"])
    True
    """
    return sha256("\n".join(sorted(digests)).encode()).hexdigest()


def _parts(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """What a dataclass holds, name by name: frames by their rows, plans by their hash, all else as it is written."""
    if isinstance(value, pl.DataFrame):
        yield name, _rows(value)
    elif isinstance(value, PlanDocument):
        yield name, document_hash(value)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _parts(getattr(value, field.name), f"{name}.{field.name}")
    elif isinstance(value, Mapping):
        for key in sorted(value, key=str):
            yield from _parts(value[key], f"{name}.{key}")
    else:
        yield name, _written(value)


def _rows(frame: pl.DataFrame) -> str:
    """Each row becomes 64 bits, which are sorted: writing a million rows out took five times as long as this.

    What those bits are is Polars' own: a new release of it may give the same facts another hash.
    """
    if frame.is_empty():
        return f"{frame.columns}"
    numbers = frame.hash_rows(seed=0).sort().to_frame("row")
    return f"{frame.columns} {sha256(numbers.write_csv(include_header=False).encode()).hexdigest()}"


def _written(value: object) -> str:
    return f"{sorted(value, key=str)}" if isinstance(value, (set, frozenset)) else f"{value}"
