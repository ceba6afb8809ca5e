"""What the API says of pay. Money is whole minor units of the currency beside it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from commissions.models import Adjustment, EarningLine, Period, Run, Statement

_LABEL = "As people write it: 2026-06, 2026-Q2, 2026-H1, 2026; FY2026-04-Q1 of a year that starts in April."


class PeriodOut(serializers.ModelSerializer[Period]):
    label = serializers.CharField(help_text=_LABEL)  # type: ignore[assignment]  # DRF has one of its own

    class Meta:
        model = Period
        fields = ["label", "kind", "start", "end", "status"]


class PersonOut(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "external_id", "name"]


class RunOut(serializers.ModelSerializer[Run]):
    period = serializers.CharField(source="period.label", help_text=_LABEL)
    totals = serializers.DictField(help_text="By currency.")

    class Meta:
        model = Run
        fields = [
            "id", "period", "status", "scope", "team", "payee", "started_by", "started_at", "finished_at", "error",
            "inputs_hash", "payees", "statements", "totals",
        ]  # fmt: skip


class StatementOut(serializers.ModelSerializer[Statement]):
    payee = PersonOut()
    period = PeriodOut()

    class Meta:
        model = Statement
        fields = [
            "id", "payee", "period", "currency", "total_minor", "adjusted_minor", "payable_minor", "revision",
            "approved_revision", "computed_at",
        ]  # fmt: skip


class DealOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    external_id = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_blank=True)


class LineOut(serializers.ModelSerializer[EarningLine]):
    deal = DealOut(allow_null=True)
    via = PersonOut(allow_null=True, help_text="Whose share of the deal it is, where it isn't the payee's own.")
    about = serializers.CharField(source="about.label", default=None, allow_null=True, help_text="Of a true-up.")
    plan = serializers.CharField(source="plan_version.plan.name")

    class Meta:
        model = EarningLine
        fields = [
            "id", "statement", "plan", "plan_version", "component", "kind", "event", "deal", "role", "via", "date",
            "credited_minor", "quota_minor", "target_minor", "x0_minor", "x1_minor", "multiplier_ppm", "uncapped_minor",
            "about", "was_minor", "amount_minor",
        ]  # fmt: skip


class StepOut(serializers.Serializer[Any]):
    part = serializers.CharField()
    amount = serializers.CharField()
    rate = serializers.CharField()
    pay = serializers.CharField()


class ReasonOut(serializers.Serializer[Any]):
    sentence = serializers.CharField(help_text="In the language of Accept-Language.")
    steps = StepOut(many=True)


class LineWithReason(LineOut):
    reason = serializers.SerializerMethodField(help_text="Why it pays that; null of a true-up, which says `was_minor`.")

    class Meta(LineOut.Meta):
        fields = [*LineOut.Meta.fields, "reason"]

    @extend_schema_field(ReasonOut(allow_null=True))
    def get_reason(self, line: EarningLine) -> Any:  # noqa: ANN401, ARG002 JSON
        reading = self.context.get("reading")
        if reading is None:
            return None
        return {
            "sentence": reading.sentence,
            "steps": [
                {"part": row.part, "amount": row.amount, "rate": row.rate, "pay": row.pay} for row in reading.rows
            ],
        }


class AdjustmentOut(serializers.ModelSerializer[Adjustment]):
    payee = PersonOut()
    period = serializers.CharField(source="period.label", help_text=_LABEL)

    class Meta:
        model = Adjustment
        fields = [
            "id", "payee", "period", "currency", "kind", "amount_minor", "reason", "status", "deal", "proposed_by",
            "proposed_at", "decided_by", "decided_at", "withdrawn_by", "withdrawn_at",
        ]  # fmt: skip


class Nothing(serializers.Serializer[Any]):
    """An act that needs to be told nothing."""


class Note(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=2_000, help_text="Why. It is kept with the move.")
