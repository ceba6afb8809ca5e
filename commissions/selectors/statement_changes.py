"""What calculations changed of statements: whose, by how much, and which deal, which field and whose hand did it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors.history import FieldChange, history_of
from commissions.models import Period, PlanVersion, Run, StatementChange
from commissions.selectors.documents import document_of
from core.templatetags.juara import money_text
from sales.models import Deal

_MOST_SHOWN: Final = 8  # causes of a row
_LEFT_OUT: Final = frozenset({"updated_at"})


@dataclass(frozen=True, slots=True)
class Edit:
    """A field of a deal that somebody changed between two calculations."""

    field: str
    before: str
    after: str
    who: str  # empty: nobody who was signed in
    at: datetime


@dataclass(frozen=True, slots=True)
class Cause:
    deal_pk: int | None
    deal: str  # its name; empty for a line without a deal
    component: str
    was_minor: int | None  # None: there was no line
    now_minor: int | None
    edits: tuple[Edit, ...]

    @property
    def difference_minor(self) -> int:
        return (self.now_minor or 0) - (self.was_minor or 0)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    change: StatementChange
    difference_minor: int  # of what is payable
    causes: tuple[Cause, ...]
    more: int  # causes that aren't shown


@dataclass(frozen=True, slots=True)
class Changed:
    """What happened since a run of everybody began, in short."""

    run: Run | None
    statements: int
    new: int
    totals: tuple[tuple[str, int], ...]  # currency and by how much more is payable, new ones left out


def changes_of(
    period: Period, *, run: int | None = None, text: str = "", with_new: bool = False
) -> QuerySet[StatementChange]:
    """The latest first; `before_at` is when the statement had been calculated before."""
    same = StatementChange.objects.filter(
        period=OuterRef("period"), payee=OuterRef("payee"), currency=OuterRef("currency"), pk__lt=OuterRef("pk")
    )
    found = StatementChange.objects.filter(period=period).select_related("payee", "run__started_by")
    if run is not None:
        found = found.filter(run=run)
    if not with_new:
        found = found.filter(was_payable_minor__isnull=False)
    if text:
        found = found.filter(Q(payee__name__icontains=text) | Q(payee__email__icontains=text))
    return found.annotate(before_at=Subquery(same.order_by("-pk").values("at")[:1])).order_by("-pk")


def changed_since(period: Period) -> Changed:
    """Since the last run of everybody began, with what it changed itself. Two queries."""
    run = Run.objects.filter(period=period, scope=Run.Scope.ALL, kind=Run.Kind.CALCULATE).order_by("-pk").first()
    found = StatementChange.objects.filter(period=period)
    if run:
        found = found.filter(at__gte=run.started_at)
    rows = found.values("currency").annotate(
        known=Count("pk", filter=Q(was_payable_minor__isnull=False)),
        new=Count("pk", filter=Q(was_payable_minor=None)),
        more=Sum(
            Coalesce("payable_minor", 0) - Coalesce("was_payable_minor", 0), filter=Q(was_payable_minor__isnull=False)
        ),
    )
    sums = list(rows.order_by("currency"))
    return Changed(
        run=run,
        statements=sum(row["known"] for row in sums),
        new=sum(row["new"] for row in sums),
        totals=tuple((row["currency"], int(row["more"])) for row in sums if row["known"]),
    )


def change_rows(period: Period, shown: Sequence[StatementChange]) -> list[ChangeRow]:
    """With their causes: a fixed number of queries, however many there are."""
    named = {cause["deal"] for change in shown for cause in change.causes[:_MOST_SHOWN] if cause["deal"]}
    deals: dict[int, Deal] = Deal.objects.in_bulk(named)
    edits = _edits(deals, shown)
    components = _component_names(period)
    return [_row(change, deals, edits, components) for change in shown]


def _row(
    change: StatementChange, deals: Mapping[int, Deal], edits: Mapping[int, Sequence[tuple[datetime, Edit]]],
    components: Mapping[str, str],
) -> ChangeRow:  # fmt: skip
    since = getattr(change, "before_at", None)
    causes = tuple(
        Cause(
            deal_pk=cause["deal"] if cause["deal"] in deals else None,
            deal=str(deals[cause["deal"]]) if cause["deal"] in deals else "",
            component=components.get(cause["component"], cause["component"]),
            was_minor=cause["was"],
            now_minor=cause["now"],
            edits=tuple(
                edit for at, edit in edits.get(cause["deal"], ()) if at <= change.at and (since is None or at > since)
            ),
        )
        for cause in change.causes[:_MOST_SHOWN]
    )
    return ChangeRow(
        change=change,
        difference_minor=(change.payable_minor or 0) - (change.was_payable_minor or 0),
        causes=causes,
        more=change.more + len(change.causes) - len(causes),
    )


def _edits(deals: Mapping[int, Deal], shown: Sequence[StatementChange]) -> dict[int, list[tuple[datetime, Edit]]]:
    """By deal, in the order in which they happened: two queries."""
    if not deals:
        return {}
    since = min((at for change in shown if (at := getattr(change, "before_at", None))), default=None)
    found = [each for each in history_of(Deal, list(deals), since=since) if each.field not in _LEFT_OUT]
    people: dict[int, User] = User.objects.in_bulk(_people(found))
    edits: dict[int, list[tuple[datetime, Edit]]] = {}
    for each in found:
        deal = deals[int(each.object_id)]
        edits.setdefault(deal.pk, []).append((each.at, _edit(each, deal, people)))
    return edits


def _people(found: Collection[FieldChange]) -> set[int]:
    owners = {value for each in found if each.field == "owner_id" for value in (each.before, each.after) if value}
    return owners | {each.user_id for each in found if each.user_id}


def _edit(each: FieldChange, deal: Deal, people: Mapping[int, User]) -> Edit:
    who = people[each.user_id].name if each.user_id and each.user_id in people else ""
    if not each.field:
        return Edit(_("entered"), "", "", who, each.at)
    field = next(field for field in Deal._meta.concrete_fields if field.column == each.field)  # noqa: SLF001
    before, after = (_written(each.field, value, deal, people) for value in (each.before, each.after))
    return Edit(str(field.verbose_name), before, after, who, each.at)


def _written(field: str, value: Any, deal: Deal, people: Mapping[int, User]) -> str:  # noqa: ANN401 any column's
    if value is None or value == "":
        return "–"
    if field.endswith("_minor"):
        return money_text(int(value), deal.currency)
    if field == "owner_id":
        return people[value].name if value in people else str(value)
    return str(value)


def _component_names(period: Period) -> dict[str, str]:
    return dict(_names(period))


def _names(period: Period) -> Iterator[tuple[str, str]]:
    during = DateRange(period.start, period.end)
    for version in PlanVersion.objects.exclude(status="draft").filter(during__overlap=during).defer("source"):
        for component in document_of(version).components:
            yield component.key, component.name
