"""What the commands of commissions read from their arguments, with errors that say what to write."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from django.core.management.base import CommandError
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Role, Team, User
from commissions.models import Period, Plan
from commissions.selectors import period_rows_of
from core import periods


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(_("%(text)s is no date. Write one as 2017-01-31.") % {"text": repr(text)}) from None


def calendar_period(text: str) -> periods.Period:
    try:
        return periods.parse_period(text)
    except periods.PeriodError as error:
        raise CommandError(str(error)) from None


def calculated_period(text: str) -> Period:
    """The row of a period that was calculated before."""
    calendar = calendar_period(text)
    found = period_rows_of(calendar).first()
    if found is None:
        raise CommandError(
            _("%(label)s was never calculated. Run `calculate %(label)s` first.") % {"label": calendar.label}
        )
    return found


def plan_named(name: str) -> Plan:
    found = Plan.objects.filter(name=name).first()
    if found is None:
        known = ", ".join(Plan.objects.order_by("name").values_list("name", flat=True)) or _("none yet")
        raise CommandError(
            _("There is no plan %(name)s. The plans are: %(known)s.") % {"name": repr(name), "known": known}
        )
    return found


def team_named(text: str) -> Team:
    """The team with that name or external id."""
    found: list[Team] = list(Team.objects.filter(Q(name=text) | Q(external_id=text))[:2])
    if len(found) != 1:
        raise CommandError(
            _("There is no team %(text)s, or more than one. Name its external id; see the page of teams.")
            % {"text": repr(text)}
        )
    return found[0]


def payee(text: str) -> User:
    """The person with that e-mail address or external id."""
    found: list[User] = list(User.objects.filter(Q(email__iexact=text) | Q(external_id=text))[:2])
    if len(found) != 1:
        raise CommandError(
            _("Nobody has the e-mail address or external id %(text)s. See the people page for both.")
            % {"text": repr(text)}
        )
    return found[0]


def payees(texts: Iterable[str]) -> list[User]:
    return list({person.pk: person for person in map(payee, texts)}.values())


def all_reps() -> list[User]:
    found: list[User] = list(User.objects.filter(is_active=True, roles__contains=[Role.REP]).order_by("pk"))
    if not found:
        raise CommandError(_("Nobody active has the role rep. Import people first: `import people FILE`."))
    return found


def text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CommandError(
            _("%(path)s can't be read: %(why)s.") % {"path": path, "why": error.strerror or error}
        ) from None
    except UnicodeDecodeError:
        raise CommandError(_("%(path)s is not UTF-8 text. Save it as UTF-8.") % {"path": path}) from None
