"""People, teams, customers and products by file."""

from datetime import date

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import Membership, ReportingLine, Team, User
from sales.models import Customer, Import, Product
from sales.selectors import reported_fatal, reported_problems
from tests.conftest import START, Cast
from tests.sales.conftest import Run
from tests.sales.import_pages import TODAY


def counts(row: Import) -> tuple[str, int, int, int, int]:
    return row.status, row.created, row.changed, row.unchanged, row.refused


def whats(row: Import) -> list[tuple[int, str]]:
    return [(problem.line, str(problem.what)) for problem in reported_problems(row)]


PEOPLE = """External ID,Name,Email,Roles,Team,Manager,From
dewi,Dewi,Dewi@example.com,rep,west,mia,2026-03-01
eko,Eko,,,East,dewi@example.com,
"""


def test_people_arrive_with_team_and_manager_from_a_day_on(cast: Cast, run: Run) -> None:
    assert counts(run("people", PEOPLE)) == ("done", 2, 0, 0, 0)
    dewi, eko = User.objects.get(external_id="dewi"), User.objects.get(external_id="eko")
    assert (dewi.email, dewi.roles, eko.email, eko.roles) == ("dewi@example.com", ["rep"], None, ["rep"])
    lines = Membership.objects.filter(user__in=[dewi, eko]).order_by("user_id").values_list("team", "during")
    assert list(lines) == [(cast.west.pk, DateRange(date(2026, 3, 1), None)), (cast.east.pk, DateRange(TODAY, None))]
    bosses = ReportingLine.objects.filter(user__in=[dewi, eko]).order_by("user_id").values_list("manager", flat=True)
    assert list(bosses) == [cast.mia.pk, dewi.pk]


def test_the_same_people_again_change_nothing(cast: Cast, run: Run) -> None:
    run("people", PEOPLE)
    before = (list(Membership.objects.order_by("pk").values()), list(ReportingLine.objects.order_by("pk").values()))
    assert counts(run("people", PEOPLE)) == ("done", 0, 0, 2, 0)
    assert (
        list(Membership.objects.order_by("pk").values()),
        list(ReportingLine.objects.order_by("pk").values()),
    ) == before


def test_an_empty_cell_takes_nothing_away(cast: Cast, run: Run) -> None:
    done = run("people", "external_id,name,email,roles,team,manager\nana,Ana B.,,,,\n")
    ana = User.objects.get(pk=cast.ana.pk)
    assert counts(done) == ("done", 0, 1, 0, 0)
    assert (ana.name, ana.email, ana.roles) == ("Ana B.", "ana@example.com", ["rep"])
    assert Membership.objects.get(user=ana).during == DateRange(START, None)


def test_a_move_is_shown_by_names(cast: Cast, run: Run) -> None:
    done = run("people", "external_id,team,from\nana,east,2026-06-01\n", dry_run=True)
    assert done.report["samples"]["changed"][0]["changes"] == [{"field": "team", "old": "West", "new": "East"}]
    assert Membership.objects.get(user=cast.ana).team == cast.west


def test_missing_teams_and_managers_come_along_when_the_mapping_says_so(db: None, run: Run) -> None:
    mapping = """
    create_missing: [team, manager]
    fields:
      external_id: {template: "{agent|slug}"}
      name: agent
      team: office
      manager: {template: "{boss|slug}"}
      manager_name: boss
      manager_email: {template: "{boss|slug}@example.com"}
      from: {value: 2016-01-01}
    """
    text = "agent,boss,office\nAna A,Mia M,West\nBen B,Mia M,West\nCid C,Noa N,West\nDan D,Noa N,East\n"
    done = run("people", text, mapping)
    assert counts(done) == ("done", 4, 0, 0, 0)
    assert done.report["also"] == {"teams": ["West", "East"], "people": ["Mia M", "Noa N"]}
    mia = User.objects.get(external_id="mia-m")
    assert (mia.name, mia.email, mia.roles) == ("Mia M", "mia-m@example.com", ["manager"])
    assert Membership.objects.get(user=mia).team.name == "West"
    assert not Membership.objects.filter(user__external_id="noa-n").exists()
    again = run("people", text, mapping)
    assert counts(again) == ("done", 0, 0, 4, 0)
    assert again.report["also"] == {"teams": [], "people": []}
    assert User.objects.count() == 6


def test_without_that_word_they_are_errors(cast: Cast, run: Run) -> None:
    done = run("people", "external_id,name,team,manager\nx,X,south,zoe\n")
    assert whats(done) == [
        (2, "No team has this external id or name."),
        (2, "No person has this external id or e-mail address."),
    ]
    assert "create_missing: [team]" in str(reported_problems(done)[0].fix)


def test_somebody_known_only_by_her_address_is_recognised(db: None, run: Run) -> None:
    owner: User = User.objects.create_user(email="owner@example.com", name="Owner", roles=["admin"])
    done = run("people", "external_id,name,email\no1,Owner,Owner@example.com\n")
    assert counts(done) == ("done", 0, 0, 1, 0)
    done = run("people", "external_id,name,email\no1,The Owner,owner@example.com\n")
    owner.refresh_from_db()
    assert (owner.external_id, owner.name, owner.roles) == ("o1", "The Owner", ["admin"])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("external_id,name,email\nx,X,ana@example.com\n", (2, "Another person has this e-mail address.")),
        ("external_id,name,email\nx,X,x@a.com\ny,Y,X@a.com\n", (3, "Line 2 has the same email.")),
        ("external_id,name,email\nx,X,nobody\n", (2, "This is no e-mail address.")),
        ("external_id,name,roles\nx,X,boss\n", (2, "This is no role.")),
        ("external_id,email\nx,x@a.com\n", (2, "No such record is known yet, and without name it can't be created.")),
    ],
)
def test_a_person_who_can_not_be_is_refused(cast: Cast, run: Run, text: str, what: tuple[int, str]) -> None:
    done = run("people", text)
    assert whats(done) == [what]
    assert User.objects.count() == 5


def test_a_reporting_circle_is_refused_by_the_dry_run_already(cast: Cast, run: Run) -> None:
    done = run("people", "external_id,manager\nmia,ana\n", dry_run=True)
    assert done.status == Import.Status.REFUSED
    assert [str(why) for why in reported_fatal(done)] == [
        "Mia would report to herself or himself through others. Change one of the reporting lines."
    ]
    assert not ReportingLine.objects.filter(user=cast.mia).exists()


def test_teams_make_a_tree_whatever_their_order(cast: Cast, run: Run) -> None:
    text = "external_id,name,parent\njkt,Jakarta,Indonesia\nid,Indonesia,company\nwest,West,\n"
    assert counts(run("teams", text)) == ("done", 2, 1, 0, 0)
    assert Team.objects.get(external_id="jkt").parent == Team.objects.get(external_id="id")
    assert Team.objects.get(external_id="west").parent is None
    assert counts(run("teams", text)) == ("done", 0, 0, 3, 0)


def test_a_circle_of_teams_is_refused(cast: Cast, run: Run) -> None:
    done = run("teams", "external_id,parent\ncompany,west\n", dry_run=True)
    assert "would lie inside itself" in str(reported_fatal(done)[0])


def test_customers_and_products_are_created_changed_and_left_alone(db: None, run: Run) -> None:
    text = "name,sector,country\nKopi Senja,food,Indonesia\nAlto Tejo,,Portugal\n"
    assert counts(run("customers", text)) == ("done", 2, 0, 0, 0)
    assert counts(run("customers", text.replace("food", "drinks"))) == ("done", 0, 1, 1, 0)
    assert Customer.objects.get(external_id="Kopi Senja").sector == "drinks"
    products = "external_id,name,family,price,currency\np1,Tenun Pro,Tenun,4800.50,EUR\np2,Free,,,\n"
    assert counts(run("products", products)) == ("done", 2, 0, 0, 0)
    assert counts(run("products", products)) == ("done", 0, 0, 2, 0)
    rows = Product.objects.order_by("external_id").values_list("name", "price_minor", "currency")
    assert list(rows) == [("Tenun Pro", 480050, "EUR"), ("Free", None, "USD")]
