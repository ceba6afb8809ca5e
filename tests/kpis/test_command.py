"""`manage.py kpis`: what an operator runs after restoring a backup."""

import json
from datetime import UTC, date, datetime
from io import StringIO

from django.core.management import call_command

from kpis.models import KpiValue
from kpis.services import recompute_stale
from tests.conftest import Cast
from tests.kpis.facts import deal, note


def rebuild(*arguments: str) -> str:
    out = StringIO()
    call_command("kpis", "rebuild", *arguments, stdout=out)
    return out.getvalue()


def test_a_rebuild_says_how_many_values_were_wrong_and_leaves_none(cast: Cast) -> None:
    note(deal(cast.ana, date(2026, 6, 1), 100_00))
    recompute_stale(now=datetime(2026, 6, 2, tzinfo=UTC))
    right = list(KpiValue.objects.order_by("pk").values_list("pk", "numerator", "denominator"))
    KpiValue.objects.filter(subject_kind="person", period_kind="month").update(numerator=7)
    assert json.loads(rebuild("--json"))["corrected"] == 1
    assert list(KpiValue.objects.order_by("pk").values_list("pk", "numerator", "denominator")) == right
    assert "Wrong before: the values of 0 people and teams, by month." in rebuild()
