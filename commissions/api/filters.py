"""Which rows of a list are asked for."""

from django.db.models import Model, QuerySet
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError

from commissions.models import Adjustment, EarningLine, Period, Run, Statement
from core.periods import PeriodError, parse_period

_BIGGEST = 2**63 - 1


class _Number(filters.NumberFilter):
    """An id, as the database counts them."""

    def __init__(self, **more: object) -> None:
        super().__init__(min_value=1, max_value=_BIGGEST, decimal_places=0, **more)


class _OfPeriod(filters.CharFilter):
    """By a period's label."""

    def filter(self, rows: QuerySet[Model], label: str | None) -> QuerySet[Model]:
        if not label:
            return rows
        try:
            period = parse_period(label)
        except PeriodError as error:
            raise ValidationError({"period": [str(error)]}) from None
        named = {"kind": period.kind, "start": period.start, "first_month": period.first_month}
        return rows.filter(**{f"period__{key}": value for key, value in named.items()})


class Periods(filters.FilterSet):
    class Meta:
        model = Period
        fields = ["kind", "status"]


class Runs(filters.FilterSet):
    period = _OfPeriod()

    class Meta:
        model = Run
        fields = ["status"]


class Statements(filters.FilterSet):
    period = _OfPeriod()
    payee = _Number()
    status = filters.ChoiceFilter(field_name="period__status", choices=Period.Status.choices)

    class Meta:
        model = Statement
        fields = ["currency"]


class Lines(filters.FilterSet):
    statement = _Number()

    class Meta:
        model = EarningLine
        fields = ["component", "kind"]


class Adjustments(filters.FilterSet):
    period = _OfPeriod()
    payee = _Number()

    class Meta:
        model = Adjustment
        fields = ["status", "kind", "currency"]
