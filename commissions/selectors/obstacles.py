"""What stands in the way of a period's next step, each with what to do about it."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from commissions.models import Adjustment, ApprovalException, Period, Run, Statement
from commissions.selectors.periods import notes_reaching
from core.templatetags.juara import day

NAMED = 3  # people in one sentence
MOST_ATTEMPTS = 3  # after which a note is left: services.stale_work


def unapproved(period: Period) -> QuerySet[Statement]:
    """Statements that nobody approved as they are now, nor excepted."""
    excepted = ApprovalException.objects.filter(
        period=OuterRef("period"), payee=OuterRef("payee"), currency=OuterRef("currency")
    )
    found = period.statements.filter(~Exists(excepted))
    return found.filter(Q(approved_revision=None) | ~Q(approved_revision=F("revision")))


def earlier_moving(period: Period) -> QuerySet[Period]:
    """Those before it of its kind and years that have statements and aren't closed: the first first."""
    before = Period.objects.filter(
        kind=period.kind, first_month=period.first_month, start__lt=period.start, status__in=Period.MOVING
    )
    return before.filter(Exists(Statement.objects.filter(period=OuterRef("pk")))).order_by("start")


def is_empty(period: Period) -> bool:
    return not period.statements.exists()


def no_statements(period: Period) -> str:
    return _(
        "%(label)s has no statements, so there is nothing to pay. Calculate it first; if nobody is on a plan then, the "
        "calculation says what to do."
    ) % {"label": period.label}


def obstacles(period: Period, today: date) -> Iterator[str]:
    """What the next step would be refused for, as far as the checklist doesn't say so already."""
    if period.status == Period.Status.OPEN:
        yield from in_the_way_of_review(period)
    elif period.status == Period.Status.APPROVED:
        yield from in_the_way_of_closing(period, today)


def in_the_way_of_review(period: Period) -> Iterator[str]:
    if is_empty(period):
        yield no_statements(period)


def in_the_way_of_approval(period: Period, unticked: Sequence[str]) -> Iterator[str]:
    """`unticked` are the names of the checklist's items that nobody ticked off as they are now."""
    yield from in_the_way_of_review(period)
    if unticked:
        yield _(
            "Not everything of the checklist is ticked off as it is now: %(items)s. Look at each, then tick it off."
        ) % {"items": ", ".join(unticked)}
    yield from _unapproved(period)


def in_the_way_of_closing(period: Period, today: date) -> Iterator[str]:
    """A fixed number of queries. Ask under the period's lock, or as a foretaste."""
    yield from in_the_way_of_review(period)
    if period.end > today:
        yield _("%(label)s goes on until %(last)s: deals may still come in. Close it from %(day)s on.") % {
            "label": period.label, "last": day(period.end - timedelta(days=1)), "day": day(period.end)
        }  # fmt: skip
    yield from _running(period)
    yield from _waiting(period)
    if earlier := earlier_moving(period).first():
        yield _(
            "%(earlier)s is not closed yet, and this period starts with the balances that it leaves. Close %(earlier)s "
            "first."
        ) % {"earlier": earlier.label}
    yield from _undecided(period)
    yield from _unapproved(period)


def _running(period: Period) -> Iterator[str]:
    run = Run.objects.filter(period=period, status=Run.Status.RUNNING).first()
    if run:
        yield _("%(label)s is being calculated just now, so its statements may still change. Wait for that run.") % {
            "label": period.label
        }


def _waiting(period: Period) -> Iterator[str]:
    """Changes of facts that no statement shows yet: those under way, and those that can't be calculated."""
    notes = notes_reaching(period)
    moving = notes.filter(attempts__lt=MOST_ATTEMPTS).values("payee_id").distinct().count()
    if moving:
        yield ngettext(
            "A change that concerns %(n)s payee waits to be calculated. It takes some seconds: try again then.",
            "Changes that concern %(n)s payees wait to be calculated. It takes some seconds: try again then.",
            moving,
        ) % {"n": moving}
    stuck = notes.filter(attempts__gte=MOST_ATTEMPTS)
    if names := _names(User.objects.filter(pk__in=stuck.values("payee_id"))):
        yield _(
            "The calculation of %(names)s failed three times, so their statements may not show what changed. Calculate "
            "them again: the run says what is wrong."
        ) % {"names": names}


def _undecided(period: Period) -> Iterator[str]:
    count = Adjustment.objects.filter(period=period, status=Adjustment.Status.PROPOSED).count()
    if count:
        yield ngettext(
            "%(n)s adjustment of this period waits for a decision. Approve, reject or withdraw it first.",
            "%(n)s adjustments of this period wait for a decision. Approve, reject or withdraw each first.",
            count,
        ) % {"n": count}


def _unapproved(period: Period) -> Iterator[str]:
    people = User.objects.filter(pk__in=unapproved(period).values("payee_id"))
    if names := _names(people):
        yield _(
            "Not approved as they are now: the statements of %(names)s. Have them approved, or except each by name "
            "with a reason."
        ) % {"names": names}


def _names(people: "QuerySet[Any, Any]") -> str:
    """The first by name, and how many more: Ana, Ben and 12 more; empty for nobody. One query."""
    found = list(people.order_by("name", "pk").values_list("name", flat=True))
    if len(found) <= NAMED:
        return ", ".join(found)
    more = len(found) - NAMED
    return ngettext("%(names)s and %(n)s more", "%(names)s and %(n)s more", more) % {
        "names": ", ".join(found[:NAMED]), "n": more
    }  # fmt: skip
