"""A closed statement's bundle: what it was computed from, what it says, and what says that both are whole."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from commissions.engine.bundles.files import Files, Recorded, as_json, digests, from_files, inputs_hash, to_files
from commissions.engine.bundles.pack import pack, unpack
from commissions.engine.bundles.reading import readme
from commissions.engine.bundles.refusals import BundleRefused
from commissions.engine.bundles.statement import ADJUSTMENTS, Statements, differences, statements
from commissions.engine.bundles.table import Table
from commissions.engine.computed import compute
from commissions.engine.errors import AmountTooLarge
from commissions.engine.words import Told, told

FORMAT: Final = 1
MANIFEST, STATEMENT, README = "manifest.json", "statement.json", "README.txt"
_INPUTS: Final = "inputs/"
ADJUSTED: Final = Table(
    "adjustments.csv", "adjustments", ADJUSTMENTS, "what people added to pay, or took from it", lambda _needs: pl.lit(1)
)


@dataclass(frozen=True, slots=True)
class About:
    """Whose bundle it is, for its readers."""

    payee: int
    name: str
    period: str  # its label
    version: str  # of Juara
    snapshot: str = ""  # the hash of what the company keeps, of which this is a part


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of recomputing a bundle."""

    about: About
    inputs_hash: str
    statements: Statements  # as computed again
    differences: list[str]  # from what the bundle says; empty where it is the same

    @property
    def lines(self) -> int:
        return sum(len(each["lines"]) for each in self.statements["statements"].values())


def inputs_files(recorded: Recorded, adjustments: pl.DataFrame) -> Files:
    """All that a statement follows from, as files."""
    return {**to_files(recorded), ADJUSTED.file: ADJUSTED.to_csv(adjustments)}


def from_inputs_files(files: Mapping[str, bytes]) -> tuple[Recorded, pl.DataFrame]:
    """Back again. Raises BundleRefused."""
    if ADJUSTED.file not in files:
        raise BundleRefused(told("%(name)s is missing. Download the bundle again.", name=ADJUSTED.file))
    return from_files(files), ADJUSTED.from_csv(files[ADJUSTED.file])


def bundle(recorded: Recorded, adjustments: pl.DataFrame, stands: Statements, about: About) -> bytes:
    """The ZIP that a person can read and `verify` recompute: the same bytes for the same content."""
    inputs = inputs_files(recorded, adjustments)
    files = {_INPUTS + name: content for name, content in inputs.items()}
    files[STATEMENT] = as_json(stands)
    files[README] = readme(about.name, about.period, inputs).encode()
    manifest = {
        "format": FORMAT,
        "juara": about.version,
        "payee": {"number": about.payee, "name": about.name},
        "period": about.period,
        "inputs_sha256": inputs_hash(inputs),
        "snapshot_sha256": about.snapshot,
        "files": digests(files),
    }
    return pack({**files, MANIFEST: as_json(manifest)})


def verify(content: bytes) -> Verified:
    """Recompute a bundle's statements from its inputs alone. Raises BundleRefused where it isn't one, or isn't whole.

    1. Unpack it, within limits, and check each file against the manifest.
    2. Read the inputs, and compute the statements.
    3. Compare these with what the bundle says, value by value.
    """
    files = unpack(content)
    manifest = _manifest(files)
    _check(files, manifest)
    inputs = {name.removeprefix(_INPUTS): each for name, each in files.items() if name.startswith(_INPUTS)}
    digest = inputs_hash(inputs)
    if digest != manifest["inputs_sha256"]:
        raise BundleRefused(_changed(_INPUTS))
    about = _about(manifest)
    recomputed = recompute(*from_inputs_files(inputs), [about.payee]).get(about.payee, NOTHING)
    return Verified(about, digest, recomputed, differences(_json(files[STATEMENT], STATEMENT), recomputed))


NOTHING: Final[Statements] = {"statements": {}, "notices": []}


def recompute(recorded: Recorded, adjustments: pl.DataFrame, payees: list[int]) -> dict[int, Statements]:
    """The statements of these payees, by payee. Raises BundleRefused where the inputs can't be computed."""
    try:
        computed = compute(recorded.inputs, payees=payees, start=recorded.start, end=recorded.end)
    except AmountTooLarge as error:
        raise BundleRefused(error.said) from None
    except (pl.exceptions.PolarsError, KeyError, ValueError, TypeError, ArithmeticError) as error:
        reason = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        raise BundleRefused(told("The inputs don't fit together: %(reason)s", reason=reason)) from None
    mine = pl.col("payee").is_in(payees)
    return statements(computed, adjustments.filter(mine))


def _manifest(files: Mapping[str, bytes]) -> dict[str, Any]:
    if MANIFEST not in files:
        raise BundleRefused(told("This isn't a bundle: %(name)s is missing.", name=MANIFEST))
    manifest = _json(files[MANIFEST], MANIFEST)
    version = manifest.get("format")
    if type(version) is not int or version < 1:
        raise BundleRefused(_unknown(MANIFEST))
    if version > FORMAT:
        raise BundleRefused(
            told(
                "This bundle has format %(format)s, made by Juara %(version)s; this Juara reads up to %(known)s. "
                "Verify it with a newer one.",
                format=str(version), version=str(manifest.get("juara")), known=str(FORMAT),
            )
        )  # fmt: skip
    if not isinstance(manifest.get("files"), dict) or not isinstance(manifest.get("inputs_sha256"), str):
        raise BundleRefused(_unknown(MANIFEST))
    return manifest


def _check(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
    """Each file is there, as it was, and there is no other."""
    listed, found = manifest["files"], digests({name: each for name, each in files.items() if name != MANIFEST})
    missing = sorted(listed.keys() - found.keys())
    if missing or STATEMENT not in found:
        name = missing[0] if missing else STATEMENT
        raise BundleRefused(told("%(name)s is missing. Download the bundle again.", name=name))
    for name in sorted(found):
        if name not in listed:
            raise BundleRefused(told("%(name)s doesn't belong to the bundle: it was added.", name=name))
        if found[name] != listed[name]:
            raise BundleRefused(_changed(name))


def _about(manifest: Mapping[str, Any]) -> About:
    try:
        payee = manifest["payee"]
        if type(payee["number"]) is not int:
            raise BundleRefused(_unknown(MANIFEST))
        return About(
            payee["number"], str(payee["name"]), str(manifest["period"]), str(manifest["juara"]),
            str(manifest["snapshot_sha256"]),
        )  # fmt: skip
    except (KeyError, TypeError):
        raise BundleRefused(_unknown(MANIFEST)) from None


def _changed(name: str) -> Told:
    return told("%(name)s was changed after the bundle was made.", name=name)


def _unknown(name: str) -> Told:
    return told("%(name)s doesn't say what it should. Download the bundle again.", name=name)


def _json(content: bytes, name: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise BundleRefused(told("%(name)s is no JSON.", name=name)) from None
    if not isinstance(found, dict):
        raise BundleRefused(_unknown(name))
    return found
