from datetime import date

from sales.models import Deal, DealShare
from tests.conftest import Cast
from tests.sales.conftest import Run

FILE = """external_id,name,status,owner,amount,currency,opened_on,closed_on,splits
D1,First,won,ana,1000.50,USD,2026-01-02,2026-02-03,
D2,Second,open,ben@example.com,200,USD,2026-01-02,,
D3,Shared,won,ana,300,USD,2026-01-02,2026-02-05,ana:60%;ben@example.com:40%
"""


def test_deals_are_created_with_their_owner_and_shares(cast: Cast, run: Run) -> None:
    done = run("deals", FILE)
    assert (done.status, done.created, done.changed, done.unchanged, done.refused) == ("done", 3, 0, 0, 0), done.report
    first = Deal.objects.get(external_id="D1")
    assert (first.name, first.owner, first.amount_minor, first.closed_on) == (
        "First",
        cast.ana,
        100050,
        date(2026, 2, 3),
    )
    shares = DealShare.objects.filter(deal__external_id="D3").order_by("user_id").values_list("user__name", "share_ppm")
    assert list(shares) == [("Ana", 600_000), ("Ben", 400_000)]
