"""What a calculation read as files of fixed names, and back exactly: a CSV for each frame, and the plans as JSON."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import fields as fields_of
from datetime import date
from typing import Any, Final

from commissions.engine.bundles.contents import TABLES, by_field, frame_of
from commissions.engine.bundles.refusals import BundleRefused
from commissions.engine.calculate import Inputs
from commissions.engine.document import PlanDocument, document_hash, from_json, to_json
from commissions.engine.errors import PlanInvalid
from commissions.engine.releases import Earlier
from commissions.engine.spiffs import Granted
from commissions.engine.true_ups import TrueUps
from commissions.engine.words import Told, told

Files = dict[str, bytes]  # by name, with slashes
SCALARS: Final = "inputs.json"
PARTS: Final[Mapping[str, Any]] = {
    "granted": Granted,
    "earlier": Earlier,
    "true_ups": TrueUps,
}  # fields of `Inputs` that hold frames


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a calculation read, and for which days."""

    inputs: Inputs
    start: date
    end: date


def to_files(recorded: Recorded) -> Files:
    """The same files, byte for byte, for the same rows in any order. A frame that isn't there has no file."""
    inputs = recorded.inputs
    files = {table.file: table.to_csv(frame) for table in TABLES if (frame := frame_of(inputs, table)) is not None}
    versions = {"": inputs.versions, **{name: getattr(part, "versions", {}) for name, part in _parts(inputs)}}
    files |= {
        _plan_file(document): as_json(to_json(document)) for each in versions.values() for document in each.values()
    }
    files[SCALARS] = as_json(
        {
            "start": recorded.start.isoformat(),
            "end": recorded.end.isoformat(),
            "beside": sorted(inputs.beside),
            "plans": {str(version): plan for version, plan in sorted(inputs.plans.items())},
            "versions": {name: _hashes(each) for name, each in versions.items() if each},
        }
    )
    return dict(sorted(files.items()))


def from_files(files: Mapping[str, bytes]) -> Recorded:
    """What `to_files` wrote. Raises BundleRefused with the reason, where these aren't such files, or not all."""
    scalars = _Scalars.read(files.get(SCALARS))
    documents = {digest: _document(files, digest) for digest in sorted(scalars.hashes)}
    found = {table.path: table.from_csv(files[table.file]) for table in TABLES if table.file in files}
    fields = by_field(found)
    versions = {
        name: {version: documents[digest] for version, digest in each.items()}
        for name, each in scalars.versions.items()
    }
    try:
        for name in PARTS.keys() & fields.keys():
            more = {"versions": versions.get(name, {})} if _has_versions(name) else {}
            fields[name] = PARTS[name](**fields[name], **more)
        inputs = Inputs(
            **fields,
            versions=versions.get("", {}),
            plans=scalars.plans,
            beside=scalars.beside,
        )
    except TypeError:
        raise BundleRefused(told("A file of the inputs is missing. Download the bundle again.")) from None
    return Recorded(inputs, scalars.start, scalars.end)


def inputs_hash(files: Mapping[str, bytes]) -> str:
    """SHA-256 of what `sha256sum` says of the files in the order of their names: anybody can compute it.

    >>> inputs_hash({"b": b"2", "a": b"1"}) == inputs_hash({"a": b"1", "b": b"2"})
    True
    """
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests(files).items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def as_json(data: object) -> bytes:
    """One way to write it, which a person can read."""
    return (json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _hashes(versions: Mapping[int, PlanDocument]) -> dict[str, str]:
    return {str(version): document_hash(document) for version, document in sorted(versions.items())}


def _plan_file(document: PlanDocument) -> str:
    return plan_file(document_hash(document))


def plan_file(digest: str) -> str:
    return f"plans/{digest}.json"


def _document(files: Mapping[str, bytes], digest: str) -> PlanDocument:
    """The plan of that hash: it must have it still."""
    name = plan_file(digest)
    try:
        document = from_json(_json(files[name], name))
    except KeyError:
        raise BundleRefused(told("%(name)s is missing. Download the bundle again.", name=name)) from None
    except PlanInvalid as error:
        raise BundleRefused(told("%(name)s is no plan: %(reason)s", name=name, reason=str(error))) from None
    if document_hash(document) != digest:
        raise BundleRefused(told("%(name)s isn't the plan that its name says: it was changed.", name=name))
    return document


@dataclass(frozen=True, slots=True)
class _Scalars:
    start: date
    end: date
    beside: frozenset[int]
    plans: dict[int, int]
    versions: dict[str, dict[int, str]]  # hashes, by the part of the inputs; of the inputs themselves, the empty text

    @classmethod
    def read(cls, content: bytes | None) -> "_Scalars":
        if content is None:
            raise BundleRefused(told("%(name)s is missing. Download the bundle again.", name=SCALARS))
        data = _json(content, SCALARS)
        try:
            found = cls(
                start=date.fromisoformat(data["start"]),
                end=date.fromisoformat(data["end"]),
                beside=frozenset(map(_whole, data["beside"])),
                plans={int(version): _whole(plan) for version, plan in data["plans"].items()},
                versions={
                    str(part): {int(version): str(digest) for version, digest in each.items()}
                    for part, each in data["versions"].items()
                },
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise BundleRefused(_not_understood(SCALARS)) from None
        if found.plans.keys() != found.versions.get("", {}).keys() or found.start >= found.end:
            raise BundleRefused(_not_understood(SCALARS))
        return found

    @property
    def hashes(self) -> set[str]:
        return {digest for each in self.versions.values() for digest in each.values()}


def _parts(inputs: Inputs) -> Iterator[tuple[str, Any]]:
    yield from ((name, part) for name in PARTS if (part := getattr(inputs, name)) is not None)


def _has_versions(name: str) -> bool:
    return any(field.name == "versions" for field in fields_of(PARTS[name]))


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError(value)
    return value


def _not_understood(name: str) -> Told:
    return told("%(name)s doesn't say what it should. Download the bundle again.", name=name)


def _json(content: bytes, name: str) -> dict[str, Any]:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        raise BundleRefused(told("%(name)s is no JSON.", name=name)) from None
    if not isinstance(data, dict):
        raise BundleRefused(_not_understood(name))
    return data
