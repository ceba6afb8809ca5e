"""Periods and their acts, runs, statements, lines and adjustments: what pages show, to whom they show it."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.models import User
from commissions import papers, selectors, services
from commissions.api import filters
from commissions.api.acts import HEADER, LONGEST, acted, as_json
from commissions.api.serializers import (
    AdjustmentOut,
    LineOut,
    LineWithReason,
    Note,
    Nothing,
    PeriodOut,
    RunOut,
    StatementOut,
)
from commissions.models import Adjustment, EarningLine, Period, Run, Statement
from commissions.policies import can_calculate, can_move_periods
from core.http import attachment
from core.periods import PeriodError, parse_period
from core.rest.problems import PROBLEM, Problem, Refused

_KEY = OpenApiParameter(
    HEADER, {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[A-Za-z0-9_-]+$"},
    OpenApiParameter.HEADER, required=True, description="Of your own: the same key acts once.",
)  # fmt: skip
_PROBLEMS: dict[Any, Any] = {(code, PROBLEM): Problem for code in (400, 401, 403, 404, 405, 409, 415, 429)}
_READ: dict[Any, Any] = {(code, PROBLEM): Problem for code in (400, 401, 403, 404, 405, 429)}
_LABEL = OpenApiParameter("label", str, OpenApiParameter.PATH, description="Of the period, such as 2026-06.")
_ID = OpenApiParameter("id", {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}, OpenApiParameter.PATH)


def _user(request: Request) -> User:
    assert isinstance(request.user, User)  # noqa: S101 signed in
    return request.user


def _require(policy: Callable[[User], bool], request: Request) -> None:
    if not policy(_user(request)):
        raise PermissionDenied


@extend_schema_view(
    list=extend_schema(responses={200: PeriodOut(many=True), **_READ}),
    retrieve=extend_schema(parameters=[_LABEL], responses={200: PeriodOut, **_READ}),
)
class PeriodViewSet(ReadOnlyModelViewSet[Period]):
    """The periods that finance runs."""

    serializer_class = PeriodOut
    filterset_class = filters.Periods
    lookup_field = "label"
    lookup_value_regex = "[0-9A-Z-]+"
    queryset = Period.objects.all()

    def get_queryset(self) -> QuerySet[Period]:
        _require(can_calculate, self.request)
        return Period.objects.all()

    def get_object(self) -> Period:
        _require(can_calculate, self.request)
        try:
            found = selectors.period_rows_of(parse_period(self.kwargs["label"])).first()
        except PeriodError:
            found = None
        if found is None:
            raise Http404
        return found

    def _move(self, request: Request, act: Callable[[Period], object]) -> Response:
        _require(can_move_periods, request)
        period = self.get_object()

        def answer() -> tuple[int, Any]:
            try:
                act(period)
            except services.MoveRefused as refused:
                raise Refused(" ".join(refused.reasons)) from None
            period.refresh_from_db()
            return 200, as_json(PeriodOut(period).data)

        return acted(request, answer)

    def _start(self, request: Request, start: Callable[[Period], Run]) -> Response:
        period = self.get_object()

        def answer() -> tuple[int, Any]:
            try:
                run = start(period)
            except services.MoveRefused as refused:
                raise Refused(" ".join(refused.reasons)) from None
            except services.RunRefused as refused:
                raise Refused(str(refused)) from None
            return 202, as_json(RunOut(run).data)

        return acted(request, answer)

    def _by(self, request: Request) -> dict[str, Any]:
        return {"acting_user": _user(request), "now": timezone.now()}

    @extend_schema(parameters=[_KEY, _LABEL], request=Nothing, responses={202: RunOut, **_PROBLEMS})
    @action(detail=True, methods=["post"])
    def calculate(self, request: Request, label: str) -> Response:  # noqa: ARG002 read by get_object
        """Calculate the statements of all payees; the run tells how far that is. While one goes on, it is that one."""
        return self._start(request, lambda period: services.start_run(calendar=period.calendar, **self._by(request)))

    @extend_schema(parameters=[_KEY, _LABEL], request=Nothing, responses={200: PeriodOut, **_PROBLEMS})
    @action(detail=True, methods=["post"], url_path="start-review")
    def start_review(self, request: Request, label: str) -> Response:  # noqa: ARG002
        """Publish its statements to their payees."""
        return self._move(request, lambda period: services.start_review(period=period, **self._by(request)))

    @extend_schema(parameters=[_KEY, _LABEL], request=Nothing, responses={200: PeriodOut, **_PROBLEMS})
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, label: str) -> Response:  # noqa: ARG002
        """Its checklist is done and its statements are approved or excepted."""
        return self._move(request, lambda period: services.approve_period(period=period, **self._by(request)))

    @extend_schema(parameters=[_KEY, _LABEL], request=Nothing, responses={202: RunOut, **_PROBLEMS})
    @action(detail=True, methods=["post"])
    def close(self, request: Request, label: str) -> Response:  # noqa: ARG002
        """Freeze its statements for good, and keep what they follow from; the run tells how far that is."""
        _require(can_move_periods, request)
        return self._start(request, lambda period: services.start_closing(period=period, **self._by(request)))

    @extend_schema(parameters=[_KEY, _LABEL], request=Note, responses={200: PeriodOut, **_PROBLEMS})
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, label: str) -> Response:  # noqa: ARG002
        """One step back, with a reason; never from closed."""
        said = Note(data=request.data)
        said.is_valid(raise_exception=True)
        note = said.validated_data["note"]
        return self._move(request, lambda period: services.reopen(period=period, note=note, **self._by(request)))


@extend_schema_view(
    list=extend_schema(responses={200: RunOut(many=True), **_READ}),
    retrieve=extend_schema(parameters=[_ID], responses={200: RunOut, **_READ}),
)
class RunViewSet(ReadOnlyModelViewSet[Run]):
    """Calculations of periods."""

    serializer_class = RunOut
    filterset_class = filters.Runs
    queryset = Run.objects.all()

    def get_queryset(self) -> QuerySet[Run]:
        _require(can_calculate, self.request)
        return Run.objects.select_related("period")


@extend_schema_view(
    list=extend_schema(responses={200: StatementOut(many=True), **_READ}),
    retrieve=extend_schema(parameters=[_ID], responses={200: StatementOut, **_READ}),
)
class StatementViewSet(ReadOnlyModelViewSet[Statement]):
    """One's own, those of one's reports, or all."""

    serializer_class = StatementOut
    filterset_class = filters.Statements
    queryset = Statement.objects.all()

    def get_queryset(self) -> QuerySet[Statement]:
        visible = Statement.objects.visible_to(_user(self.request), timezone.localdate())
        return visible.select_related("payee", "period")

    @extend_schema(
        parameters=[_ID, OpenApiParameter("form", str, OpenApiParameter.PATH, enum=[*papers.Form])],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, 304: None, **_READ},
    )
    @action(detail=True, url_path="paper/(?P<form>[a-z]+)")
    def paper(self, request: Request, pk: int, form: str) -> HttpResponse:  # noqa: ARG002
        """The statement as a file: pdf, xlsx or csv."""
        found = self.get_object()
        if form not in [*papers.Form]:
            raise Http404
        made = papers.statement_paper(found, papers.Form(form))
        unchanged = get_conditional_response(request._request, etag=made.etag)  # noqa: SLF001 DRF's own name
        if unchanged is not None:
            unchanged["ETag"] = made.etag
            return unchanged
        return attachment(made.content(), name=made.name, content_type=made.content_type, etag=made.etag)


@extend_schema_view(list=extend_schema(responses={200: LineOut(many=True), **_READ}))
class LineViewSet(ReadOnlyModelViewSet[EarningLine]):
    """Lines of statements; one by itself with its reason."""

    serializer_class = LineOut
    filterset_class = filters.Lines
    queryset = EarningLine.objects.all()

    def get_queryset(self) -> QuerySet[EarningLine]:
        visible = Statement.objects.visible_to(_user(self.request), timezone.localdate())
        lines = EarningLine.objects.filter(statement__in=visible)
        return lines.select_related("plan_version__plan", "deal", "via", "about").defer(
            "plan_version__source", "plan_version__document"
        )

    @extend_schema(parameters=[_ID], responses={200: LineWithReason, **_READ})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401, ARG002 DRF's
        shown = self.get_object()
        reading = None if shown.about_id else self._reading(shown.pk)
        return Response(LineWithReason(shown, context={"reading": reading}).data)

    def _reading(self, pk: int) -> selectors.Reading:
        line = EarningLine.objects.select_related(
            "statement__payee", "statement__period", "plan_version__plan", "deal__customer", "via"
        ).get(pk=pk)
        is_own = line.statement.payee_id == _user(self.request).pk
        return selectors.reading(selectors.line_explanation(line), is_own=is_own)


@extend_schema_view(
    list=extend_schema(responses={200: AdjustmentOut(many=True), **_READ}),
    retrieve=extend_schema(parameters=[_ID], responses={200: AdjustmentOut, **_READ}),
)
class AdjustmentViewSet(ReadOnlyModelViewSet[Adjustment]):
    """What was added to pay or taken from it by people."""

    serializer_class = AdjustmentOut
    filterset_class = filters.Adjustments
    queryset = Adjustment.objects.all()

    def get_queryset(self) -> QuerySet[Adjustment]:
        visible = Adjustment.objects.visible_to(_user(self.request), timezone.localdate())
        return visible.select_related("payee", "period")
