"""The files and the mapping of docs/quickstart, and the CRM extract whose shape they have."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Count, Q, Sum

from accounts.models import ReportingLine, Team, User
from sales.models import Customer, Deal, Product

ROOT = Path(__file__).resolve().parents[2]
QUICKSTART = ROOT / "docs" / "quickstart"
CRM = ROOT.parent / "shared" / "data" / "crm"
FILES = {
    "people": "sales_teams.csv",
    "customers": "accounts.csv",
    "products": "products.csv",
    "deals": "sales_pipeline.csv",
}


def import_all(folder: Path) -> dict[str, dict[str, Any]]:
    reports = {}
    for kind, name in FILES.items():
        out = StringIO()
        command = ["import", kind, str(folder / name), "--mapping", str(QUICKSTART / "crm.yaml"), "--json"]
        call_command(*command, stdout=out, skip_checks=True)
        reports[kind] = json.loads(out.getvalue())
    return reports


def tally() -> dict[str, int]:
    won = Q(status="won")
    return Deal.objects.aggregate(
        all=Count("pk"),
        won=Count("pk", filter=won),
        lost=Count("pk", filter=Q(status="lost")),
        open=Count("pk", filter=Q(status="open")),
        without_account=Count("pk", filter=Q(customer=None)),
        won_minor=Sum("amount_minor", filter=won),
    )


def test_the_sample_goes_in_with_the_mapping(db: None) -> None:
    reports = import_all(QUICKSTART / "sample")
    assert [report["created"] for report in reports.values()] == [8, 10, 4, 150]
    assert tally() == {"all": 150, "won": 76, "lost": 44, "open": 30, "without_account": 28, "won_minor": 161_163_900}
    assert User.objects.filter(roles=["manager"]).count() == 2
    assert Team.objects.count() == 2
    assert Deal.objects.filter(product=None).count() == 0
    assert User.objects.filter(roles=["rep"], deals=None).count() == 1


def test_the_sample_again_changes_nothing(db: None) -> None:
    import_all(QUICKSTART / "sample")
    again = import_all(QUICKSTART / "sample")
    assert [(report["created"], report["changed"]) for report in again.values()] == [(0, 0)] * 4
    assert [report["unchanged"] for report in again.values()] == [8, 10, 4, 150]


@pytest.mark.crm
@pytest.mark.skipif(not CRM.exists(), reason="the CRM extract of ../shared/data is not here")
def test_the_crm_extract_goes_in_to_the_last_dollar(db: None) -> None:
    reports = import_all(CRM)
    assert [report["created"] for report in reports.values()] == [35, 85, 7, 8_800]
    assert [report["refused"] for report in reports.values()] == [0, 0, 0, 0]
    assert reports["people"]["also"]["teams"] == ["Central", "East", "West"]
    assert tally() == {
        "all": 8_800,
        "won": 4_238,
        "lost": 2_473,
        "open": 2_089,
        "without_account": 1_425,
        "won_minor": 1_000_553_400,
    }
    assert (User.objects.filter(roles=["rep"]).count(), User.objects.filter(roles=["manager"]).count()) == (35, 6)
    assert User.objects.filter(roles=["rep"], deals=None).count() == 5
    assert ReportingLine.objects.count() == 35
    assert (Customer.objects.count(), Product.objects.count(), Team.objects.count()) == (85, 7, 3)
    assert Deal.objects.filter(product__name="GTX Pro").count() == 1_480
    again = import_all(CRM)
    assert [(report["created"], report["changed"]) for report in again.values()] == [(0, 0)] * 4
