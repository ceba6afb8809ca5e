"""What deals that aren't won yet would bring their payee: the real calculation, with them and without them.

Nothing is written. The facts are those of this moment, and only the payee's own, so that an answer takes
milliseconds however large the company is.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.engine.calculate import Inputs, Result, calculate
from commissions.engine.curve import MILLION
from commissions.engine.expressions.fields import LINE
from commissions.engine.frames import ITEMS, PAYEES, PAYMENTS, SHARES, WHOLE_SHARE
from commissions.engine.reads import PAID, reads_of
from commissions.models import EarningLine, PlanVersion, Statement
from commissions.models import Period as PeriodRow
from commissions.selectors.columns import COLUMNS
from commissions.selectors.inputs import DealFacts, deal_facts, gather
from commissions.selectors.kpi_values import assumed
from commissions.selectors.multipliers import kpi_name, kpi_value
from commissions.selectors.outlook import Place, places
from commissions.selectors.payables import Payable, payables
from commissions.selectors.shortfalls import shortfalls
from commissions.selectors.standing import earned
from commissions.selectors.units import Unit, unit_of
from commissions.selectors.years import years_around
from core.money import round_half_up
from core.periods import Period, PeriodKind, period_of
from sales.models import Deal

FIELDS = {name: source for name, source in COLUMNS.items() if not name.endswith("_id")}

_Daily = dict[tuple[str, date], int]  # by currency and day, what lines pay in minor units


@dataclass(frozen=True, slots=True)
class Supposed:
    """A deal as if it were won, with its day and amount. Never saved; a made-up one has a negative id."""

    deal: Deal
    chance: int  # per cent
    facts: Mapping[str, Any] = field(default_factory=dict)  # what is supposed of it: by column, or PAID

    @property
    def later(self) -> list[date]:
        """Days after the closing on which it may give credit."""
        return [day for name in ("invoiced", PAID) if (day := self.facts.get(name))]


@dataclass(frozen=True, slots=True)
class Part:
    """What a deal would earn by one component: a line of the statement to come."""

    component: str  # its name
    currency: str
    unit: Unit  # of what the line credits
    line: EarningLine  # not in the database

    @property
    def credited(self) -> str:
        return self.unit.short(self.line.credited_minor)

    @property
    def is_capped(self) -> bool:
        """A part of a team's pool isn't: it is less than the pool, and nothing was cut."""
        return self.line.pool is None and self.line.uncapped_minor != self.line.amount_minor


@dataclass(frozen=True, slots=True)
class DealEarning:
    parts: tuple[Part, ...]
    totals: dict[str, int]  # minor units by currency; empty when no component counts the deal
    why_not: tuple[str, ...]  # for a deal without parts: why it earns nothing


@dataclass(frozen=True, slots=True)
class PeriodOutlook:
    """What the lines of one period come to, without these deals and with them."""

    label: str
    currency: str
    before_minor: int
    after_minor: int
    payable_before_minor: int | None  # where a draw or a balance makes another sum of it
    payable_after_minor: int | None


@dataclass(frozen=True, slots=True)
class Total:
    """What the deals together would bring in one currency."""

    currency: str
    brings_minor: int  # the whole difference that they make
    others_minor: int  # the part of it by which lines of deals won already would change
    expected_minor: int  # each deal's own earning times its chance


@dataclass(frozen=True, slots=True)
class Estimate:
    deals: dict[int, DealEarning]  # by the id of the deal
    totals: tuple[Total, ...]
    periods: tuple[PeriodOutlook, ...]
    places: tuple[Place, ...]
    is_on_plan: bool  # on any of these days
    assumes: tuple[str, ...]  # what isn't known yet and is taken as it stands

    @property
    def has_terms(self) -> bool:
        return any(row.payable_after_minor is not None for row in self.periods)


def estimate(*, payee: User, supposed: Sequence[Supposed], today: date) -> Estimate:
    """What these deals would bring. Raises AmountTooLarge where the engine would.

    Deals earn in the order in which they close, each on top of those before it, won or supposed. Their parts are lines
    of the one calculation with all of them, so they and `others_minor` add up to what they bring together.

    1. Gather the payee's facts, as a run does.
    2. Calculate twice: without the deals, and with them as if they were won.
    3. Put the difference into words: by deal, by period, by component.
    """
    closing = [today, *(row.deal.closed_on for row in supposed if row.deal.closed_on)]
    later = {day for row in supposed for day in row.later} - {*closing}
    days = [*closing, *sorted(later)]
    start, end = years_around([payee.pk], min(days), max(days))
    inputs = with_kpis(gather(payees=[payee.pk], kinds=list(PeriodKind), start=start, end=end).inputs, end)
    before = earned(payee.pk, inputs, start=start, end=end)
    after = calculate(_with(inputs, payee, supposed), start=start, end=end) if supposed else before
    found = set(after.lines["plan_version"].unique()) | set(inputs.versions)
    versions = PlanVersion.objects.select_related("plan").defer("document", "source").in_bulk(found)
    earnings = _earnings(payee, supposed, after, inputs, versions)
    without, added = (_daily(result.lines, inputs) for result in (before, after))
    paid = (payables(payee.pk, days, inputs, result.lines) for result in (before, after))
    around = places(payee.pk, days, inputs, later=later, before=before.lines, after=after.lines, versions=versions)
    return Estimate(
        deals=earnings,
        totals=_totals(supposed, earnings, without, added),
        periods=_periods(days, _Sums(without, added, *paid), inputs),
        places=tuple(around),
        is_on_plan=inputs.assignments.height > 0,
        assumes=(*_assumes_events(inputs), *_assumes(inputs.kpis)),
    )


def with_kpis(inputs: Inputs, end: date) -> Inputs:
    """KPIs of the time to come are taken as they stand."""
    if inputs.kpis is None:
        return inputs
    return replace(inputs, kpis=pl.concat([inputs.kpis, assumed(inputs.kpis, end)]))


def _assumes_events(inputs: Inputs) -> tuple[str, ...]:
    """Where the plans look at days after the closing, what is supposed of those that nobody names."""
    reads = reads_of(inputs.versions.values())
    if PAID in reads:
        return (
            _("Without a day, these deals are taken to be invoiced and paid in full on the day on which they close."),
        )
    if "invoiced" in reads:
        return (_("Without a day, these deals are taken to be invoiced on the day on which they close."),)
    return ()


def _assumes(kpis: pl.DataFrame | None) -> tuple[str, ...]:
    if kpis is None:
        return ()
    latest = kpis.sort("period_start").unique("kpi", keep="last").sort("kpi")
    return tuple(
        _("%(kpi)s is taken as it stands: %(value)s.")
        % {"kpi": kpi_name(kpi), "value": kpi_value(kpi, Decimal(value) / MILLION)}
        for kpi, value in latest.select("kpi", "value").iter_rows()
    )


def _with(inputs: Inputs, payee: User, supposed: Sequence[Supposed]) -> Inputs:
    """The inputs as they would be had these deals been won, invoiced and paid in full on their days."""
    known = deal_facts(deals=[row.deal.pk for row in supposed if row.deal.pk > 0], versions=inputs.versions)
    whole = [(row.deal.pk, payee.pk, "owner", WHOLE_SHARE) for row in supposed if row.deal.pk < 0]
    herself = [(payee.pk, payee.external_id or payee.email or str(payee.pk))] if whole else []
    known_people = [] if inputs.payees is None else [inputs.payees]
    return replace(
        inputs,
        deals=pl.concat([inputs.deals, _supposed_deals(supposed, known.deals, payee)]),
        shares=pl.concat([inputs.shares, known.shares, pl.DataFrame(whole, schema=SHARES, orient="row")]),
        payees=pl.concat([*known_people, known.payees, pl.DataFrame(herself, schema=PAYEES, orient="row")]).unique(),
        payments=None if inputs.payments is None else _with_paid(inputs.payments, supposed),
        items=None if known.items is None else _with_items(inputs.items, known, supposed),
    )


def _with_items(items: pl.DataFrame | None, known: DealFacts, supposed: Sequence[Supposed]) -> pl.DataFrame:
    """ITEMS, with the lines of the supposed deals. Where another amount is supposed than they add up to, or another
    product, say, the deal is one line: nobody knows which of them would change.
    """
    stored = {row["deal"]: row for row in known.deals.iter_rows(named=True)}
    changed = [row.deal.pk for row in supposed if _is_another(row, stored.get(row.deal.pk, {}))]
    parts = [each for each in (items, known.items) if each is not None]
    return pl.concat(parts).filter(~pl.col("deal").is_in(changed))


def _is_another(row: Supposed, stored: Mapping[str, Any]) -> bool:
    """Whether something is supposed of the deal, of what the plans read, that its lines say of themselves."""
    told = {"amount": row.deal.amount_minor, **row.facts}
    return any(name in stored and stored[name] != value for name, value in told.items() if LINE + name in ITEMS)


def _supposed_deals(supposed: Sequence[Supposed], known: pl.DataFrame, payee: User) -> pl.DataFrame:
    """The deals in the columns of those known: what is supposed of them, else what they say, else nothing."""
    stored = {row["deal"]: row for row in known.iter_rows(named=True)}
    given = [{**_usual(row.deal, payee), **stored.get(row.deal.pk, {}), **_terms(row)} for row in supposed]
    rows = [{name: value for name, value in row.items() if name in known.columns} for row in given]
    return pl.DataFrame(rows, schema=known.schema)


def _terms(row: Supposed) -> dict[str, Any]:
    """What an estimate supposes of every deal, and of this one."""
    deal = row.deal
    told = {name: value for name, value in row.facts.items() if name != "invoiced" or value is not None}
    return {"closed": deal.closed_on, "amount": deal.amount_minor, "invoiced": deal.closed_on, **told}


def _usual(deal: Deal, payee: User) -> dict[str, Any]:
    """Of a deal that stands in no table: wholly the payee's own, and unknown what nobody says."""
    return {
        "deal": deal.pk,
        "owner": payee.pk,
        "key": deal.external_id,
        "opened": deal.opened_on,
        "currency": deal.currency,
        "quantity": deal.quantity,
        "name": deal.name or None,
    }


def _with_paid(payments: pl.DataFrame, supposed: Sequence[Supposed]) -> pl.DataFrame:
    """The payments (PAYMENTS), those for the supposed deals in full; what has been paid for one is a part of that."""
    rows = [
        (row.deal.pk, str(row.deal.pk), row.facts.get(PAID) or row.deal.closed_on, row.deal.amount_minor)
        for row in supposed
        if row.deal.amount_minor
    ]
    others = payments.filter(~pl.col("deal").is_in([row.deal.pk for row in supposed]))
    return pl.concat([others, pl.DataFrame(rows, schema=PAYMENTS, orient="row")])


def _earnings(
    payee: User, supposed: Sequence[Supposed], after: Result, inputs: Inputs, versions: Mapping[int, PlanVersion]
) -> dict[int, DealEarning]:
    deals = {row.deal.pk: row.deal for row in supposed}
    parts: dict[int, list[Part]] = defaultdict(list)
    for row in after.lines.filter(pl.col("deal").is_in(list(deals))).iter_rows(named=True):
        document = inputs.versions[row["plan_version"]]
        line = _line(row, payee, deals[row["deal"]], versions[row["plan_version"]], document.statement(row["date"]))
        component = document.component(row["component"])
        parts[row["deal"]].append(Part(component.name, document.currency, unit_of(component, document.currency), line))
    reasons = shortfalls([deal for pk, deal in deals.items() if pk not in parts], after.notices, inputs)
    return {pk: DealEarning(tuple(parts[pk]), _sums(parts[pk]), reasons.get(pk, ())) for pk in deals}


def _line(row: dict[str, Any], payee: User, deal: Deal, version: PlanVersion, within: Period) -> EarningLine:
    """The line that a run would post to the statement of that period."""
    period = PeriodRow(kind=within.kind.value, start=within.start, end=within.end, first_month=within.first_month)
    statement = Statement(payee=payee, period=period)
    fields = {name: row[source] for name, source in FIELDS.items()}
    return EarningLine(statement=statement, plan_version=version, deal=deal, via_id=row["via"], **fields)


def _sums(parts: Iterable[Part]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for part in parts:
        found[part.currency] += part.line.amount_minor
    return dict(found)


def _totals(
    supposed: Sequence[Supposed], earnings: Mapping[int, DealEarning], before: _Daily, after: _Daily
) -> tuple[Total, ...]:
    sums: dict[str, int] = defaultdict(int)
    for sign, daily in ((-1, before), (1, after)):
        for (code, _day), amount in daily.items():
            sums[code] += sign * amount
    return tuple(_total(code, brings, supposed, earnings) for code, brings in sorted(sums.items()))


def _total(code: str, brings: int, supposed: Sequence[Supposed], earnings: Mapping[int, DealEarning]) -> Total:
    own = {row.deal.pk: earnings[row.deal.pk].totals.get(code, 0) for row in supposed}
    weighted = sum(own[row.deal.pk] * row.chance for row in supposed)
    return Total(code, brings, brings - sum(own.values()), round_half_up(weighted, 100))


@dataclass(frozen=True, slots=True)
class _Sums:
    before: _Daily
    after: _Daily
    payable_before: Payable
    payable_after: Payable


def _periods(days: Iterable[date], sums: _Sums, inputs: Inputs) -> tuple[PeriodOutlook, ...]:
    """The statements that these days touch, and the windows over which their plans' credits add up."""
    kinds = {
        (kind, document.first_month, document.currency)
        for document in inputs.versions.values()
        for kind in (document.period, *(part.window.period for part in document.components))
        if kind
    }
    touched = {(period_of(day, kind, first), currency) for day in days for kind, first, currency in kinds}
    ordered = sorted(touched, key=lambda each: (each[0].kind.months, each[0].start, each[0].label, each[1]))
    return tuple(_outlook(period, currency, sums) for period, currency in ordered)


def _outlook(period: Period, currency: str, sums: _Sums) -> PeriodOutlook:
    before, after = (
        sum(amount for (code, day), amount in daily.items() if code == currency and day in period)
        for daily in (sums.before, sums.after)
    )
    paid = [payable.get((period, currency)) for payable in (sums.payable_before, sums.payable_after)]
    differs = paid not in ([None, None], [before, after])
    return PeriodOutlook(period.label, currency, before, after, *(paid if differs else (None, None)))


def _daily(lines: pl.DataFrame, inputs: Inputs) -> _Daily:
    found: _Daily = defaultdict(int)
    by_day = lines.group_by("plan_version", "date").agg(pl.col("amount").sum())
    for version, day, amount in by_day.iter_rows():
        found[inputs.versions[version].currency, day] += amount
    return found
