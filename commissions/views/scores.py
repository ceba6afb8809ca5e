"""The sheet on which a manager scores people: a window, each person's objectives, and what each score pays."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.policies import require
from commissions.engine.decimals import canonical
from commissions.engine.pasted import percent_of
from commissions.engine.roster import Refused
from commissions.models import Score
from commissions.models.scores import LONGEST_NOTE
from commissions.policies import can_enter_scores, can_see_scores
from commissions.selectors.score_refusals import Entry
from commissions.selectors.scores import (
    Cell,
    PersonScores,
    Place,
    Scored,
    last_day,
    people_scored,
    sheet,
    usual_window,
    windows_offered,
)
from commissions.selectors.words import in_words
from commissions.services.scores import ScoresRefused, enter_scores
from commissions.views.roster_forms import usual_signs
from commissions.views.shared import PER_PAGE
from core.http import AuthedRequest
from core.periods import Period


@dataclass(frozen=True, slots=True)
class Line:
    """A score as the sheet shows it, or as it was sent."""

    cell: Cell
    value: str
    note: str
    seen: str  # the id of the score that held when the page was loaded
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    scored: Scored
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Row:
    person: User
    may_edit: bool
    blocks: tuple[Block, ...]


@require_http_methods(["GET", "POST"])
@require(can_see_scores)
def scores(request: AuthedRequest) -> HttpResponse:
    """Scores of the people whom one may see, in a window; whoever may score them types and saves."""
    offered, window = chosen_window(request)
    if request.method == "POST":
        return _save(request, offered, window)
    return _page(request, offered, window)


def chosen_window(request: AuthedRequest) -> tuple[list[Period], Period | None]:
    """Those that may be scored, and the one that the address names, else the usual one."""
    today = timezone.localdate()
    offered, label = windows_offered(today), request.GET.get("of", "")
    return offered, next((each for each in offered if each.label == label), usual_window(offered, today))


def _page(
    request: AuthedRequest,
    offered: Sequence[Period],
    window: Period | None,
    sent: QueryDict | None = None,
    why: Mapping[Place, str] | None = None,
) -> HttpResponse:
    found = people_scored(request.user, window, timezone.localdate()) if window else User.objects.none()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    people = sheet(request.user, list(page.object_list), window, timezone.localdate()) if window else []
    rows = [_row(each, sent, why or {}) for each in people]
    context: dict[str, Any] = {
        "offered": offered, "window": window, "page": page, "rows": rows, "trouble": why is not None,
        "may_edit": any(row.may_edit for row in rows), "is_running": bool(window and window.end > timezone.localdate()),
        "last_day": last_day(window) if window else None, "may_paste": can_enter_scores(request.user),
    }  # fmt: skip
    return render(request, "commissions/scores.html", context, status=200 if why is None else 422)


def _row(person: PersonScores, sent: QueryDict | None, why: Mapping[Place, str]) -> Row:
    blocks = tuple(Block(part, tuple(_line(cell, sent, why) for cell in part.cells)) for part in person.parts)
    return Row(person.person, person.may_edit, blocks)


def _line(cell: Cell, sent: QueryDict | None, why: Mapping[Place, str]) -> Line:
    seen = str(cell.score.pk) if cell.score else ""
    if sent is None or cell.field not in sent:
        return Line(cell, _shown(cell.score), cell.score.note if cell.score else "", seen)
    trouble = why.get(cell.place, "")
    # Who was told what somebody else entered has seen it now.
    known = seen if trouble else sent.get(f"seen-{cell.field}", "")
    return Line(cell, sent.get(cell.field, ""), sent.get(f"note-{cell.field}", ""), known, trouble)


def _shown(score: Score | None) -> str:
    if score is None or score.score_ppm is None:
        return ""
    written = canonical(Decimal(score.score_ppm) / 10_000)
    return written.replace(".", usual_signs().decimal)


def _save(request: AuthedRequest, offered: Sequence[Period], window: Period | None) -> HttpResponse:
    if not can_enter_scores(request.user):
        raise PermissionDenied(_("Your roles do not include this. Ask an administrator if you need it."))
    why: dict[Place, str] = {}
    entries = list(_entries(request, window, why)) if window else []
    if window and not why:
        try:
            changed = enter_scores(entries=entries, window=window, acting_user=request.user, now=timezone.now())
        except ScoresRefused as error:
            why.update(error.why)
        else:
            messages.success(request, saved_text(changed))
            query = urlencode({"of": window.label, "page": request.GET.get("page") or 1})
            return redirect(f"{reverse('commissions:scores')}?{query}")
    return _page(request, offered, window, request.POST, why)


def saved_text(changed: int) -> str:
    if not changed:
        return _("Nothing was different, so nothing was changed.")
    text = ngettext(
        "Saved: %(count)s score. What it pays stands below; statements are computed again.",
        "Saved: %(count)s scores. What they pay stands below; statements are computed again.",
        changed,
    )
    return text % {"count": changed}


def _entries(request: AuthedRequest, window: Period, why: dict[Place, str]) -> Iterator[Entry]:
    """What was typed and isn't what stood there when the page was loaded; `why` takes what can't be read."""
    keys = [key for key in request.POST.getlist("person")[:PER_PAGE] if key.isascii() and key.isdecimal()]
    people = people_scored(request.user, window, timezone.localdate()).filter(pk__in=keys)
    for person in sheet(request.user, list(people), window, timezone.localdate()):
        for cell in (cell for part in person.parts for cell in part.cells if cell.field in request.POST):
            try:
                entry = _entry(cell, request.POST)
            except Refused as error:
                why[cell.place] = in_words(error.told)
                continue
            before = _seen(cell, entry.seen)
            if (entry.score_ppm, entry.note) != ((before.score_ppm, before.note) if before else (None, "")):
                yield entry


def _entry(cell: Cell, sent: QueryDict) -> Entry:
    written = sent.get(cell.field, "").strip()
    seen = sent.get(f"seen-{cell.field}", "")
    return Entry(
        place=cell.place,
        score_ppm=percent_of(written) if written else None,
        seen=int(seen) if seen.isascii() and seen.isdecimal() else None,
        note=sent.get(f"note-{cell.field}", "").strip()[:LONGEST_NOTE],
    )


def _seen(cell: Cell, pk: int | None) -> Score | None:
    """What held when the page was loaded."""
    rows = [*([cell.score] if cell.score else []), *cell.earlier]
    return next((row for row in rows if row.pk == pk), None)
