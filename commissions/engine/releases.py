"""What a statement pays of what was earned in it and before it, deal by deal: the frames around `payout`."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from commissions.engine.events import Event
from commissions.engine.frames import EARLIER, PAYMENTS, RELEASED, RELEASES, LineKind, empty
from commissions.engine.payout import WHOLE, DealState, Entry, due_of, reached
from commissions.engine.schema import Held, PlanDocument, Rounding
from core.money import round_half_even, round_half_up

_GROUP = ["payee", "plan", "component", "deal", "role"]
_PAID = ("earned_on", "plan_version", "amount", "held")
Key = tuple[int, int, str, int | None, str, date | None]  # the day alone where there is no deal


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the statements before one leave to it: what was earned of which something may still move."""

    lines: pl.DataFrame  # EARLIER
    released: pl.DataFrame  # RELEASED
    payments: pl.DataFrame  # PAYMENTS of the deals of these lines
    versions: Mapping[int, PlanDocument]  # of these lines

    @property
    def is_empty(self) -> bool:
        return self.lines.is_empty() and self.released.is_empty()


@dataclass(frozen=True, slots=True)
class _Paid:
    """What earlier statements paid of what was earned with one deal."""

    earned_on: date
    plan_version: int
    amount: int
    held: int


@dataclass(slots=True)
class _Book:
    """All that was earned with one deal, by one component, in one role."""

    entries: list[tuple[Entry, int, bool]] = field(default_factory=list)  # with its version, and whether it is new
    deal: DealState | None = None


def as_earlier(lines: pl.DataFrame, deals: pl.DataFrame) -> pl.DataFrame:
    """LINES as the next statements will find them: EARLIER."""
    invoiced = pl.col("invoiced") if "invoiced" in deals.columns else pl.lit(None, dtype=pl.Date())
    facts = deals.select("deal", deal_amount=pl.col("amount"), deal_invoiced=invoiced)
    return lines.join(facts, on="deal", how="left").select(list(EARLIER))


def releases(
    lines: pl.DataFrame,
    payments: pl.DataFrame | None,
    earlier: Earlier,
    versions: Mapping[int, PlanDocument],
    left: Mapping[tuple[int, int], date],
    end: date,
) -> pl.DataFrame:
    """RELEASES of a statement that ends before `end`; `lines` are EARLIER of its own.

    `left` says by payee and plan from which day on she isn't on it. What has been paid by a day is rounded once, for
    all that the deal earned; earlier statements have paid what they have paid, and this one pays the difference.
    """
    documents = {**earlier.versions, **versions}
    own = _waiting(lines, earlier, documents)
    if own.is_empty() and earlier.is_empty:
        return empty(RELEASES)
    paid = {
        _key(row, row["earned_on"]): _Paid(**{name: row[name] for name in _PAID})
        for row in earlier.released.iter_rows(named=True)
    }
    books = _books(own, earlier, documents, _by_deal([payments, earlier.payments]))
    rows = [
        _row(key, books.get(key, _Book()), paid.get(key), documents, left.get(key[:2]), end)
        for key in sorted(books.keys() | paid.keys(), key=_order)
    ]
    return pl.DataFrame([row for row in rows if row], schema=RELEASES)


def _order(key: Key) -> tuple[Any, ...]:
    return tuple((part is not None, part or 0) for part in key)


def _key(row: Mapping[str, Any], day: date) -> Key:
    return (row["payee"], row["plan"], row["component"], row["deal"], row["role"], day if row["deal"] is None else None)


def _waiting(lines: pl.DataFrame, earlier: Earlier, versions: Mapping[int, PlanDocument]) -> pl.DataFrame:
    """The lines of what isn't simply paid: of which a line of a component with a payout is here, or was earlier."""
    parts = [
        (version, component.key)
        for version, document in versions.items() for component in document.components if component.payout
    ]  # fmt: skip
    schema = {"plan_version": pl.Int64(), "component": pl.String()}
    payouts = pl.DataFrame(parts, schema=schema, orient="row")
    wait = lines.join(payouts, on=list(schema), how="semi").select(_GROUP)
    groups = pl.concat([wait, earlier.lines.select(_GROUP)]).unique()
    return lines.join(groups, on=_GROUP, how="semi", nulls_equal=True, maintain_order="left")


def _by_deal(frames: list[pl.DataFrame | None]) -> dict[int, tuple[tuple[date, int], ...]]:
    known = [frame for frame in frames if frame is not None and frame.height]
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    if known:
        for deal, _paid_as, day, amount in pl.concat(known).unique(["deal", "key"]).sort("date", "key").iter_rows():
            found[deal].append((day, amount))
    return {deal: tuple(rows) for deal, rows in found.items()}


def _books(
    own: pl.DataFrame,
    earlier: Earlier,
    versions: Mapping[int, PlanDocument],
    payments: Mapping[int, tuple[tuple[date, int], ...]],
) -> dict[Key, _Book]:
    payouts = {
        (version, component.key): component.payout
        for version, document in versions.items() for component in document.components
    }  # fmt: skip
    found: dict[Key, _Book] = defaultdict(_Book)
    for frame, is_new in ((earlier.lines, False), (own, True)):
        for row in frame.sort("date", maintain_order=True).iter_rows(named=True):
            book = found[_key(row, row["date"])]
            parts = payouts.get((row["plan_version"], row["component"]), ())
            entry = Entry(row["date"], row["amount"], parts, _is_reversal(row))
            book.entries.append((entry, row["plan_version"], is_new))
            if row["deal"] is not None and row["deal_amount"] is not None:
                book.deal = DealState(row["deal_amount"], row["deal_invoiced"], payments.get(row["deal"], ()))
    return dict(found)


def _is_reversal(row: Mapping[str, Any]) -> bool:
    """A true-up corrects what it is about, which was a reversal or wasn't, whatever its own sign."""
    if row["kind"] == LineKind.TRUE_UP:
        return row["event"] in (Event.CANCELLED, Event.UNPAID)
    return bool(row["credited"] * (row["deal_amount"] or 0) < 0)


def _row(
    key: Key, book: _Book, before: _Paid | None, versions: Mapping[int, PlanDocument], left: date | None, end: date
) -> dict[str, Any] | None:
    """What moves, if anything does."""
    entries = [entry for entry, _version, _is_new in book.entries]
    own = [entry for entry, _version, is_new in book.entries if is_new]
    paid = before.amount if before else 0
    if not entries:  # an earlier statement that was still open has lost the lines that were paid
        return _moved(key, before.earned_on, before.plan_version, released=-paid) if before and paid else None
    first, version = book.entries[0][0], book.entries[0][1]
    until, forfeited = _until(versions[version], left, end)
    due, share = due_of(entries, book.deal, until)
    target = _rounded(due, versions[version])
    waiting = 0 if forfeited else sum(entry.amount for entry in entries) - target
    if not own and target == paid and waiting == (before.held if before else 0):
        return None
    earned = sum(entry.amount for entry in own)
    now = _own_part(entries, own, book.deal, until, versions[version], target - paid)
    return _moved(
        key, first.earned_on, version, earned=earned, held=earned - now, released=target - paid - now,
        held_after=waiting, due=str(share),
        states=" ".join(str(state) for state in _states(first, book.deal, until)),
    )  # fmt: skip


def _moved(key: Key, earned_on: date, version: int, **amounts: Any) -> dict[str, Any]:  # noqa: ANN401 amounts and texts
    named = dict(zip(_GROUP, key, strict=False)) | {"earned_on": earned_on, "plan_version": version}
    usual = {"earned": 0, "held": 0, "released": 0, "held_after": 0, "due": "0", "states": ""}
    return named | usual | amounts


def _until(document: PlanDocument, left: date | None, end: date) -> tuple[date | None, bool]:
    """The day before which things count as due; None when all is. And whether what isn't due by then is forfeited."""
    held = document.on_leaving.held if document.on_leaving else Held.AS_DUE
    if left is None or left > end or held is Held.AS_DUE:
        return end, False
    return (None, False) if held is Held.PAY else (left, True)


def _own_part(
    entries: list[Entry],
    own: list[Entry],
    deal: DealState | None,
    until: date | None,
    document: PlanDocument,
    moved: int,
) -> int:
    """How much of what moves is of this statement's own lines. A reversal moves what was before: all is its own."""
    if len(own) == len(entries) or any(entry.is_reversal for entry in own):
        return moved
    return _rounded(due_of(own, deal, until)[0], document)


def _states(first: Entry, deal: DealState | None, until: date | None) -> Iterator[Fraction]:
    for part in first.parts:
        yield WHOLE if until is None else reached(part, first.earned_on, deal, until)


def _rounded(amount: Fraction, document: PlanDocument) -> int:
    rounding = round_half_even if document.rounding is Rounding.HALF_EVEN else round_half_up
    return rounding(amount.numerator, amount.denominator)


def waiting(
    earlier: Earlier, moved: pl.DataFrame, versions: Mapping[int, PlanDocument]
) -> dict[tuple[int, int, str], int]:
    """What stays held back after a statement, by payee, plan and currency."""
    found: dict[tuple[int, int, str], int] = defaultdict(int)
    for payee, plan, version, held in (
        _paid_so_far(earlier, moved).select("payee", "plan", "plan_version", "held").iter_rows()
    ):
        found[payee, plan, versions[version].currency] += held
    return found


def _paid_so_far(earlier: Earlier, moved: pl.DataFrame) -> pl.DataFrame:
    """RELEASED after a statement whose RELEASES these are."""
    paid = pl.col("earned") - pl.col("held") + pl.col("released")
    latest = moved.select(*_GROUP, "earned_on", "plan_version", amount=paid, held="held_after")
    both = pl.concat([earlier.released, latest.select(earlier.released.columns)])
    by = [*_GROUP, pl.when(pl.col("deal").is_null()).then("earned_on").alias("day")]
    sums = both.group_by(by, maintain_order=True).agg(
        pl.col("earned_on", "plan_version").first(), pl.col("amount").sum(), pl.col("held").last()
    )
    return sums.select(earlier.released.columns)


def carried_on(
    earlier: Earlier, lines: pl.DataFrame, moved: pl.DataFrame, versions: Mapping[int, PlanDocument]
) -> Earlier:
    """What the next statement starts with, after one whose own lines (EARLIER) and RELEASES these are."""
    kept = _waiting(lines, earlier, {**earlier.versions, **versions})
    return Earlier(
        pl.concat([earlier.lines, kept]), _paid_so_far(earlier, moved), earlier.payments,
        {**earlier.versions, **versions},
    )  # fmt: skip


NOTHING_EARLIER = Earlier(empty(EARLIER), empty(RELEASED), empty(PAYMENTS), {})
