"""What waits for one's approval, and the decisions about it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.models import User
from accounts.policies import require
from commissions import selectors
from commissions.forms.approvals import DecideForm, QueueFilter, SeenForm, sealed, unsealed
from commissions.models import Approval, ApprovalRoute, Period, Statement
from commissions.policies import can_see_approvals
from commissions.selectors.approvals import waiting
from commissions.selectors.approvals.refusals import Seen
from commissions.selectors.approvals.shown import statement_approval
from commissions.services import approvals as services
from commissions.views.shared import PER_PAGE, page_or_fragment
from core.http import AuthedRequest
from core.periods import PeriodError, parse_period
from core.templatetags.juara import period as period_name

MOST_AT_ONCE = 200  # rows of which some may be left out, those that differ most first
Verdict = Approval.Verdict


@require_GET
@require(can_see_approvals)
@vary_on_headers("HX-Request")
def approvals(request: AuthedRequest) -> HttpResponse:
    """The statements that wait for the reader. With `all` in the address, all that fit the filters are chosen."""
    form = QueueFilter(request.GET)
    form.is_valid()  # an unknown choice filters by nothing
    today = timezone.localdate()
    away = waiting.stands_in_for(request.user, today)
    mine = waiting.waiting_for(request.user, today, away)
    rows = _matching(mine, form)
    takes_all = "all" in request.GET
    page = Paginator(rows.select_related(*waiting.RELATED), MOST_AT_ONCE if takes_all else PER_PAGE)
    shown = page.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": shown,
        "rows": waiting.waiting_rows(shown.object_list, request.user, away),
        "sums": waiting.sums(rows),
        "periods": _periods(mine),
        "away": away,
        "takes_all": takes_all,
        "sealed": sealed([waiting.seen_of(route) for route in rows.select_related("statement")]) if takes_all else "",
        "unrouted": waiting.unrouted(),
    }
    return render(request, page_or_fragment(request, "commissions/approvals/queue.html", "queue"), context)


def _matching(rows: QuerySet[ApprovalRoute], form: QueueFilter) -> QuerySet[ApprovalRoute]:
    chosen = form.cleaned_data
    return waiting.matching(
        rows,
        text=chosen.get("q", ""),
        period=_period(chosen.get("period", "")),
        team=chosen.get("team"),
        plan=chosen.get("plan"),
        who=chosen.get("who", ""),
        order=chosen.get("sort") or "variance",
    )


def _period(label: str) -> Period | None:
    try:
        return selectors.period_rows_of(parse_period(label)).first() if label else None
    except PeriodError:
        return None


def _periods(rows: QuerySet[ApprovalRoute]) -> list[Period]:
    return list(Period.objects.filter(pk__in=rows.values("period")).order_by("-start", "kind"))


@require_POST
@require(can_see_approvals)
def approve_many(request: AuthedRequest) -> HttpResponse:
    """Approve the rows that are ticked, or all that were chosen but those left out. Says which were, and which not."""
    chosen = _chosen(request)
    if not chosen:
        messages.warning(request, _("Nothing was chosen, so nothing was approved. Tick the statements first."))
        return redirect("commissions:approvals")
    comment = request.POST.get("comment", "")[:1000]
    outcome = services.approve_many(seen=chosen, comment=comment, acting_user=request.user, now=timezone.now())
    text = ngettext("%(n)s statement was approved.", "%(n)s statements were approved.", len(outcome.done))
    if outcome.done:
        messages.success(request, text % {"n": len(outcome.done)})
    if not outcome.not_done:
        return redirect("commissions:approvals")
    return render(request, "commissions/approvals/outcome.html", {"outcome": outcome})


def _chosen(request: AuthedRequest) -> list[Seen]:
    left_out = {seen.statement for seen in map(waiting.read, request.POST.getlist("but")) if seen}
    if whole := request.POST.get("sealed"):
        return [seen for seen in unsealed(whole) if seen.statement not in left_out]
    return [seen for seen in map(waiting.read, request.POST.getlist("row")) if seen]


@require_GET
@login_required
def approval(request: AuthedRequest, pk: int) -> HttpResponse:
    """One statement as whoever approves it sees it, also where she may not see the payee's other pages."""
    return _page(request, _readable(request.user, pk), status=200)


def _page(request: AuthedRequest, found: Statement, *, status: int, comment: str = "") -> HttpResponse:
    today = timezone.localdate()
    context: dict[str, Any] = {
        "statement": selectors.statement_view(found, selectors.statements.Fold(0, 0)),
        "approval": statement_approval(found, request.user, today),
        "may_open": Statement.objects.visible_to(request.user, today).filter(pk=found.pk).exists(),
        "comment": comment,
    }
    return render(request, "commissions/approvals/approval.html", context, status=status)


def _readable(user: User, pk: int) -> Statement:
    """One that she may see as anybody does, that waits for her, or that she decided about."""
    today = timezone.localdate()
    found = get_object_or_404(Statement.objects.select_related("payee", "period"), pk=pk)
    seen_by = (
        Statement.objects.visible_to(user, today).filter(pk=pk),
        waiting.waiting_for(user, today).filter(statement=pk),
        Approval.objects.filter(statement=pk, by=user),
    )
    if any(rows.exists() for rows in seen_by):
        return found
    raise Http404


@require_POST
@login_required
def approval_decide(request: AuthedRequest, pk: int) -> HttpResponse:
    """Approve, reject, or withdraw a rejection; a second click is told that the first did it."""
    found = _readable(request.user, pk)
    form = DecideForm(request.POST)
    if not form.is_valid() or form.cleaned_data["seen"].statement != pk:
        messages.error(request, _("The page sent something unreadable, so nothing was decided. Try again."))
        return _page(request, found, status=422, comment=request.POST.get("comment", "")[:1000])
    act = {Verdict.APPROVED: services.approve, Verdict.REJECTED: services.reject, Verdict.WITHDRAWN: services.withdraw}
    seen, comment, verdict = (form.cleaned_data[name] for name in ("seen", "comment", "verdict"))
    try:
        case = act[verdict](seen=seen, comment=comment, acting_user=request.user, now=timezone.now())
    except services.ApprovalRefused as error:
        messages.warning(request, str(error))
        return _page(request, _readable(request.user, pk), status=422, comment=comment)
    messages.success(request, _told(verdict, found, is_last=case.is_approved))
    if waiting.waiting_for(request.user, timezone.localdate()).exists():
        return redirect("commissions:approvals")
    return redirect("commissions:approval", pk)


def _told(verdict: str, found: Statement, *, is_last: bool) -> str:
    names = {"name": found.payee.name, "period": period_name(found.period.label)}
    if verdict == Verdict.REJECTED:
        return _("You rejected %(name)s, %(period)s. It waits until it changes or the rejection is withdrawn.") % names
    if verdict == Verdict.WITHDRAWN:
        return _("The rejection of %(name)s, %(period)s is withdrawn: its step is asked for again.") % names
    if is_last:
        return _("%(name)s, %(period)s is approved.") % names
    return _("You approved %(name)s, %(period)s. The next step is somebody else's.") % names


@require_POST
@login_required
def statement_accept(request: AuthedRequest, pk: int) -> HttpResponse:
    """A payee accepts what she saw."""
    found = get_object_or_404(Statement.objects.visible_to(request.user, timezone.localdate()), pk=pk)
    if found.payee_id != request.user.pk:
        raise PermissionDenied(_("A statement is accepted by the one whom it pays."))
    form = SeenForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The page sent something unreadable, so nothing was accepted. Try again."))
        return redirect("commissions:statement", pk)
    seen = form.cleaned_data["seen"]
    try:
        services.accept_statement(
            statement=found, revision=seen.revision, payable_minor=seen.payable_minor, acting_user=request.user,
            now=timezone.now(),
        )  # fmt: skip
    except services.AcceptanceRefused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("You accepted this statement. Thank you for looking at it."))
    return redirect("commissions:statement", pk)
