"""Home: for each of a person's roles what she needs first."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from core import live
from core.htmx import wants_fragment
from core.http import AuthedRequest
from dashboards import selectors
from dashboards.selectors.company import sees_company
from dashboards.selectors.own import has_own_pay
from dashboards.selectors.team import first_reports, has_team

_HEARD = 15  # people of a team whose statements a page listens to; the board tells of the others' deals


@require_GET
@login_required
@vary_on_headers("HX-Request")
def home(request: AuthedRequest) -> HttpResponse:
    """The union of what a person's roles show, live: events of her own pay, her team's and the board refetch it."""
    today, me = timezone.localdate(), request.user
    manages = has_team(me, today)
    board = selectors.standing_board(today)
    people = [f"person-{pk}" for pk in (me.pk, *(first_reports(me, today, limit=_HEARD) if manages else ()))]
    stream = live.address([board.channel, *people])  # before the reading: what changes after it is heard
    own = selectors.own_home(me, today) if has_own_pay(me) else None
    context = {
        "own": own,
        "standing": selectors.standing(me, today) if own else None,
        "team": selectors.team_home(me, today, page=request.GET.get("page")) if manages else None,
        "company": selectors.company_home() if sees_company(me) else None,
        "stream": stream,
        "people_channels": people,
        "board_channel": board.channel,
        "today": today,
    }
    return render(request, "dashboards/home.html" + ("#home" if wants_fragment(request) else ""), context)


@require_GET
@login_required
def rank(request: AuthedRequest) -> HttpResponse:
    """One's own place, asked for again whenever the board moves."""
    context = {"standing": selectors.standing(request.user, timezone.localdate())}
    return render(request, "dashboards/home.html#rank", context)
