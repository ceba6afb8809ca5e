"""From where to where a line moved its payee, in the reader's words."""

from django.utils.translation import gettext_lazy

from commissions.engine.events import Event
from commissions.selectors.explanations import LineExplanation
from commissions.selectors.taken_back import TAKING
from core.templatetags import formats
from core.templatetags.juara import locale, period

_OF_TEAM = ("pool", "team_quota")  # whoever reads it
# By what x is measured against, whether it rose, and whether the reader is the payee.
_MOVES = {
    ("quota", True, True): gettext_lazy("This deal moved you from %(x0)s to %(x1)s of your quota of %(quota)s"),
    ("quota", True, False): gettext_lazy("This deal moved %(payee)s from %(x0)s to %(x1)s of a quota of %(quota)s"),
    ("quota", False, True): gettext_lazy("This refund took you back from %(x0)s to %(x1)s of your quota of %(quota)s"),
    ("quota", False, False): gettext_lazy(
        "This refund took %(payee)s back from %(x0)s to %(x1)s of a quota of %(quota)s"
    ),
    ("amount", True, True): gettext_lazy("This deal moved you from %(x0)s to %(x1)s in %(window)s"),
    ("amount", True, False): gettext_lazy("This deal moved %(payee)s from %(x0)s to %(x1)s in %(window)s"),
    ("amount", False, True): gettext_lazy("This refund took you back from %(x0)s to %(x1)s in %(window)s"),
    ("amount", False, False): gettext_lazy("This refund took %(payee)s back from %(x0)s to %(x1)s in %(window)s"),
    ("deal", True, True): gettext_lazy("%(credited)s of this deal counts for you"),
    ("deal", True, False): gettext_lazy("%(credited)s of this deal counts for %(payee)s"),
    ("deal", False, True): gettext_lazy("%(credited)s of this refund counts against you"),
    ("deal", False, False): gettext_lazy("%(credited)s of this refund counts against %(payee)s"),
    ("pool", True, True): gettext_lazy("This deal moved the team from %(x0)s to %(x1)s in %(window)s"),
    ("pool", False, True): gettext_lazy("This refund took the team back from %(x0)s to %(x1)s in %(window)s"),
    ("team_quota", True, True): gettext_lazy(
        "This deal moved the team from %(x0)s to %(x1)s of the team's quota of %(quota)s"
    ),
    ("team_quota", False, True): gettext_lazy(
        "This refund took the team back from %(x0)s to %(x1)s of the team's quota of %(quota)s"
    ),
    ("units", True, True): gettext_lazy("This deal counts as %(credited)s for you"),
    ("units", True, False): gettext_lazy("This deal counts as %(credited)s for %(payee)s"),
    ("units", False, True): gettext_lazy("This deal counts as %(credited)s against you"),
    ("units", False, False): gettext_lazy("This deal counts as %(credited)s against %(payee)s"),
}
# The same where a deal that had counted is taken back: a cancellation, or money paid back.
_TAKEN_BACK = {
    ("quota", True): gettext_lazy("What is taken back moved you from %(x0)s to %(x1)s of your quota of %(quota)s"),
    ("quota", False): gettext_lazy("What is taken back moved %(payee)s from %(x0)s to %(x1)s of a quota of %(quota)s"),
    ("amount", True): gettext_lazy("What is taken back moved you from %(x0)s to %(x1)s in %(window)s"),
    ("amount", False): gettext_lazy("What is taken back moved %(payee)s from %(x0)s to %(x1)s in %(window)s"),
    ("deal", True): gettext_lazy("%(credited)s no longer counts for you"),
    ("deal", False): gettext_lazy("%(credited)s no longer counts for %(payee)s"),
    ("pool", True): gettext_lazy("What is taken back moved the team from %(x0)s to %(x1)s in %(window)s"),
    ("team_quota", True): gettext_lazy(
        "What is taken back moved the team from %(x0)s to %(x1)s of the team's quota of %(quota)s"
    ),
    ("units", True): gettext_lazy("%(credited)s no longer counts for you"),
    ("units", False): gettext_lazy("%(credited)s no longer counts for %(payee)s"),
}


def is_taken_back(why: LineExplanation) -> bool:
    """Whether a deal that had counted no longer does; a refund counts against of itself."""
    return why.event in (*TAKING, Event.PAID) and why.credited_minor < 0 < why.deal_amount_minor


def moved_text(why: LineExplanation, *, is_own: bool) -> str:
    """Without an end: what it pays follows."""
    kind, rose = _kind_of_move(why), why.credited_minor > 0
    is_own = is_own or kind in _OF_TEAM
    text = _TAKEN_BACK[kind, is_own] if is_taken_back(why) else _MOVES[kind, rose, is_own]
    return str(text) % {
        "payee": why.payee,
        "credited": why.unit.text(abs(why.credited_minor)),
        "x0": why.unit.text(why.x0_minor),
        "x1": why.unit.text(why.x1_minor),
        "quota": why.unit.text(why.quota_minor or 0),
        "window": window_text(why),
    }


def _kind_of_move(why: LineExplanation) -> str:
    if why.pool:
        return "pool" if why.quota_minor is None else "team_quota"
    if why.window == "deal" or (why.tiers == "flat" and why.share1 is None):
        return "deal" if why.unit.is_money else "units"
    return "amount" if why.quota_minor is None else "quota"


def window_text(why: LineExplanation) -> str:
    """Where credits add up, as its reader says it: Q2 2017. A window of one deal is its day."""
    if why.window == "deal":
        return formats.day(why.date, locale())
    return period(why.window_label)
