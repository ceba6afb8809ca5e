"""A ZIP that somebody hands in is trusted in nothing: each way to be wrong has a sentence, and none computes."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from commissions.engine.bundles.bundle import MANIFEST, STATEMENT, About, bundle, recompute, verify
from commissions.engine.bundles.files import Files, Recorded, as_json, digests, inputs_hash
from commissions.engine.bundles.pack import pack, unpack
from commissions.engine.bundles.refusals import BundleRefused
from commissions.engine.bundles.statement import ADJUSTMENTS, LINE
from commissions.engine.calculate import Inputs
from commissions.engine.document import load_plan
from commissions.engine.frames import ASSIGNMENTS, DEALS, QUOTAS, SHARES
from commissions.selectors.columns import COLUMNS

PLAN = "{plan: Flat, currency: USD, period: month, components: [{key: all, name: All, rate: 10%}]}"
MAY = date(2026, 5, 1), date(2026, 6, 1)


def made() -> bytes:
    """Ana's bundle: one deal of 1,000 at 10 %, and a bonus of 5."""
    deal = {"deal": 7, "key": "A", "closed": date(2026, 5, 4), "amount": 100_000, "currency": "USD", "quantity": 1}
    inputs = Inputs(
        deals=pl.DataFrame([deal], schema=DEALS),
        shares=pl.DataFrame([(7, 1, "owner", 1_000_000)], schema=SHARES, orient="row"),
        assignments=pl.DataFrame([(1, 3, date(2026, 1, 1), None)], schema=ASSIGNMENTS, orient="row"),
        quotas=pl.DataFrame(schema=QUOTAS),
        versions={3: load_plan(PLAN)},
        plans={3: 2},
    )
    recorded = Recorded(inputs, *MAY)
    bonus = pl.DataFrame([(1, "USD", 9, "bonus", 500, "Well done")], schema=ADJUSTMENTS, orient="row")
    stands = recompute(recorded, bonus, [1])[1]
    return bundle(recorded, bonus, stands, About(1, "Ana", "2026-05", "0.1.0", "f" * 64))


def test_a_bundle_says_the_same_and_the_adjustment_is_in_what_is_payable() -> None:
    found = verify(made())
    assert (found.differences, found.lines, found.about.name) == ([], 1, "Ana")
    assert found.statements["statements"]["USD"]["payable"] == 10_500
    assert made() == made()


def test_what_stands_of_a_line_is_what_a_bundle_says_of_it() -> None:
    assert set(LINE) == set(COLUMNS.values()) - {"statement"}


def with_manifest(content: Files, **changed: object) -> bytes:
    """Of somebody who knows how bundles are made."""
    manifest = json.loads(content[MANIFEST])
    others = {name: each for name, each in content.items() if name != MANIFEST}
    inputs = {name.removeprefix("inputs/"): each for name, each in others.items() if name.startswith("inputs/")}
    manifest |= {"files": digests(others), "inputs_sha256": inputs_hash(inputs), **changed}
    return pack({**others, MANIFEST: as_json(manifest)})


def changed(name: str, old: bytes, new: bytes) -> Callable[[], bytes]:
    def make() -> bytes:
        files = unpack(made())
        assert old in files[name]
        return with_manifest(files | {name: files[name].replace(old, new, 1)})

    return make


def without(name: str) -> Callable[[], bytes]:
    return lambda: with_manifest({each: text for each, text in unpack(made()).items() if each != name})


def of_plan(old: bytes, new: bytes) -> Callable[[], bytes]:
    def make() -> bytes:
        name = next(name for name in unpack(made()) if name.startswith("inputs/plans/"))
        return changed(name, old, new)()

    return make


def tampered(name: str) -> bytes:
    files = unpack(made())
    return pack(files | {name: files[name] + b" "})


def bomb() -> bytes:
    return pack({"manifest.json": b"0" * 3_000_000})


def named(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "x")
    return buffer.getvalue()


def twice() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("manifest.json", "{}")
        archive.writestr("manifest.json", "{}")
    return buffer.getvalue()


WHOLE = "isn't a whole ZIP file"
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", WHOLE),
    "another file": (lambda: b"%PDF-1.7 and so on", WHOLE),
    "the first half": (lambda: made()[: len(made()) // 2], WHOLE),
    "damaged": (lambda: made()[:200] + b"\0\0\0\0" + made()[204:], WHOLE),
    "a path upwards": (lambda: named("../manifest.json"), "a file of the name '../manifest.json'"),
    "an absolute path": (lambda: named("/etc/passwd"), "a file of the name '/etc/passwd'"),
    "a strange name": (lambda: named("inputs/d\u00e9als.csv"), "a file of the name"),
    "a name twice": (twice, "one of them twice"),
    "too many files": (lambda: pack({f"a{n}.txt": b"" for n in range(501)}), "too many files"),
    "another ZIP": (lambda: pack({"notes.txt": b"hello"}), "manifest.json is missing"),
    "no JSON": (lambda: pack({MANIFEST: b"{"}), "manifest.json is no JSON"),
    "deep JSON": (lambda: pack({MANIFEST: b"[" * 100_000}), "manifest.json is no JSON"),
    "a list": (lambda: pack({MANIFEST: b"[]"}), "manifest.json doesn't say"),
    "format of a text": (lambda: with_manifest(unpack(made()), format="1"), "manifest.json doesn't say"),
    "a newer format": (lambda: with_manifest(unpack(made()), format=2, juara="9.0"), "format 2, made by Juara 9.0"),
    "a payee of text": (lambda: with_manifest(unpack(made()), payee={"number": "1", "name": "A"}), "doesn't say"),
    "no payee": (lambda: with_manifest(unpack(made()), payee=None), "manifest.json doesn't say"),
    "files of a list": (lambda: with_manifest(unpack(made()), files=[]), "manifest.json doesn't say"),
    "a file changed": (lambda: tampered("inputs/deals.csv"), "inputs/deals.csv was changed after"),
    "the statement changed": (lambda: tampered(STATEMENT), "statement.json was changed after"),
    "a file added": (lambda: pack(unpack(made()) | {"inputs/more.csv": b"a\n"}), "inputs/more.csv doesn't belong"),
    "a file gone": (
        lambda: pack({name: text for name, text in unpack(made()).items() if name != "inputs/shares.csv"}),
        "inputs/shares.csv is missing",
    ),
    "the statement gone": (without(STATEMENT), "statement.json is missing"),
    "no days": (without("inputs/inputs.json"), "inputs.json is missing"),
    "no shares": (without("inputs/shares.csv"), "A file of the inputs is missing"),
    "no adjustments": (without("inputs/adjustments.csv"), "adjustments.csv is missing"),
    "a word for money": (changed("inputs/deals.csv", b"100000", b"much"), "deals.csv can't be read"),
    "a day that isn't": (changed("inputs/deals.csv", b"2026-05-04", b"2026-05-99"), "deals.csv can't be read"),
    "beyond 64 bits": (changed("inputs/deals.csv", b"100000", b"99999999999999999999"), "deals.csv can't be read"),
    "an unknown column": (changed("inputs/shares.csv", b"role", b"rule"), "column that is unknown here: rule"),
    "a column twice": (changed("inputs/shares.csv", b"role", b"deal"), "shares.csv doesn't begin with"),
    "plans of text": (changed("inputs/inputs.json", b'"3": 2', b'"3": "2"'), "inputs.json doesn't say"),
    "days turned": (changed("inputs/inputs.json", b"2026-06-01", b"2026-04-01"), "inputs.json doesn't say"),
    "another plan": (of_plan(b"0.1", b"0.2"), "isn't the plan that its name says"),
    "no plan": (of_plan(b'"currency": "USD"', b'"currency": 7'), "is no plan"),
    "an assignment to nothing": (changed("inputs/assignments.csv", b"1,3,", b"1,4,"), "don't fit together"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_bundle_is_refused_and_says_why(what: str) -> None:
    make, why = REFUSED[what]
    with pytest.raises(BundleRefused) as refused:
        verify(make())
    assert why in str(refused.value)


def test_a_bomb_stops_where_there_is_too_much() -> None:
    assert len(bomb()) < 10_000
    with pytest.raises(BundleRefused, match="it is too large"):
        unpack(bomb(), most_bytes=1_000_000)


CENTS = {
    "inputs/deals.csv": (b"100000", b"100010"),
    "inputs/shares.csv": (b"1000000", b"999900"),
    "inputs/adjustments.csv": (b",500,", b",501,"),
    STATEMENT: (b'"payable": 10500', b'"payable": 10501'),
}


@pytest.mark.parametrize("name", CENTS)
def test_a_cent_more_is_told_value_by_value(name: str) -> None:
    found = verify(changed(name, *CENTS[name])())
    assert any(text.startswith("statements.USD.payable: 1050") for text in found.differences)
