"""Who gets what at every address: the tables of access_table.py and access_*.py name all of them, or this file fails.

A module access_SUBJECT.py has a TABLE with rows like those of access_table.py, and says what they are about:
`arguments(world)` of the addresses, and `data(world)` of what is posted, by the row's name and form.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from accounts.models import Role, User
from accounts.services import add_leave
from commissions.models import Plan, PlanVersion, Scenario
from commissions.services import assign, save_draft
from commissions.services.scenarios import save_scenario
from sales.engine.fields import Kind
from sales.models import Deal, DealShare, ExchangeRate, ImportMapping, Payment
from sales.services import run_import, start_import
from tests.access_table import TABLE
from tests.commissions.access import adjusting, adjustments_of, disputes_of, disputing, lines
from tests.conftest import PASSWORD, Cast, person
from tests.world import NOW, PLAN, World, paid_world, publish

GOOD = "external_id,owner,amount,status,closed_on\nD1,ana,1,won,2026-11-05\n"
MAPPING = "deals:\n  fields: {external_id: id, owner: agent}\n"
SUBJECTS = [
    import_module(f"tests.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("access_*.py"))
    if path.stem != "access_table"
]
WHO, *ROWS = [
    line for table in (TABLE, *(subject.TABLE for subject in SUBJECTS)) for line in table.splitlines() if line
]


@dataclass(frozen=True)
class Row:
    method: str
    name: str
    form: str
    statuses: dict[str, str]

    @classmethod
    def read(cls, line: str) -> "Row":
        method, name, *rest = line.split()
        form = rest.pop(0).removeprefix("#") if rest[0].startswith("#") else ""
        return cls(method, name, form, dict(zip(WHO.split(), rest, strict=True)))

    @property
    def app(self) -> str:
        return self.name.partition(":")[0].partition("_")[0]

    @property
    def key(self) -> str:
        return f"{self.name} {self.form}".strip()

    @property
    def label(self) -> str:
        return f"{self.method} {self.key}"


MATRIX = [Row.read(line) for line in ROWS]


@dataclass(frozen=True)
class Scene:
    """The world of the table, the people of its columns, and what each address is asked about."""

    people: dict[str, User | None]
    arguments: dict[str, list[object]]
    query: dict[str, str]
    data: dict[str, dict[str, Any]]

    def address(self, row: Row) -> str:
        arguments = self.arguments.get(row.key, self.arguments.get(row.name, []))
        return reverse(row.name, args=arguments) + self.query.get(row.key, "")

    def ask(self, row: Row, who: str) -> str:
        """The answer's status, everything it did undone."""
        cache.clear()  # allauth counts attempts there
        client = Client(raise_request_exception=False)
        with transaction.atomic():
            if user := self.people[who]:
                client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            if row.method == "GET":
                response = client.get(self.address(row))
            else:
                response = client.post(self.address(row), self.data.get(row.key, {}))
            transaction.set_rollback(True)
        to_login = response.status_code == 302 and response.headers["Location"].startswith(reverse("account_login"))
        return "login" if to_login else str(response.status_code)


@pytest.fixture
def scene(cast: Cast, settings: Settings, tmp_path: Path) -> Iterator[Scene]:
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(NOW, tick=False):
        yield _scene(paid_world(cast))


def _scene(world: World) -> Scene:
    cast = world.cast
    people: dict[str, User | None] = {
        "nobody": None, "Ana": cast.ana, "Ben": cast.ben, "Mia": cast.mia, "Pia": person("Pia", Role.MANAGER),
        "Finn": cast.finn, "Ada": cast.ada, "Nora": person("Nora"),
    }  # fmt: skip
    inactive = person("Ina", Role.REP)
    inactive.is_active = False
    inactive.save()
    scored = _scored_plan_of_ana(cast)
    arguments, data = _arguments(world, inactive), _data(cast) | _scores(cast, scored) | adjusting(cast) | disputing()
    for subject in SUBJECTS:
        arguments |= subject.arguments(world)
        data |= subject.data(world)
    return Scene(people, arguments, _queries(cast) | lines(world), data)


def _arguments(world: World, inactive: User) -> dict[str, list[object]]:
    cast = world.cast
    anas = _plan_of_ana_alone(cast)
    draft = save_draft(source=PLAN.replace("rate: 12%", "rate: 15%"), acting_user=None, now=NOW)
    leave = add_leave(user=cast.ana, starts_on=date(2026, 3, 1), ends_on=date(2026, 4, 1), acting_user=None, now=NOW)
    return {
        "leaderboards:board": ["revenue"],
        "leaderboards:board unknown": ["happiness"],
        "commissions:statement": [world.statement(cast.ana).pk],
        "commissions:statement none": [0],
        "commissions:statement-bundle": [world.statement(cast.ana).pk],  # of a period that moves there is none
        "commissions:statement-paper": [world.statement(cast.ana).pk, "pdf"],
        "commissions:statement-paper xlsx": [world.statement(cast.ana).pk, "xlsx"],
        "commissions:statement-paper csv": [world.statement(cast.ana).pk, "csv"],
        "commissions:statement-paper unknown": [world.statement(cast.ana).pk, "exe"],
        "commissions:statement-paper none": [0, "pdf"],
        "commissions:line": [world.line(cast.ana, "second").pk],
        "commissions:estimator-of": [cast.ana.pk],
        "commissions:cancelling": [Deal.objects.get(external_id="first").pk],
        "commissions:cancelling none": [0],
        "commissions:estimator-of none": [0],
        "commissions:plan": [world.version.pk],
        "commissions:plan anas": [anas.pk],
        "commissions:plan draft": [draft.pk],
        "commissions:plan-source": [anas.pk],
        **{f"commissions:plan-{act}": [world.version.pk] for act in ("edit", "retire", "changes")},
        **{f"commissions:plan-{act} draft": [draft.pk] for act in ("edit", "publish", "discard", "changes")},
        "commissions:plan-edit stale": [draft.pk],
        **{f"commissions:scenario-{act}": [_scenarios_of(world)[0]] for act in ("draft", "delete")},
        **{f"commissions:scenario-{act} none": [0] for act in ("draft", "delete")},
        "commissions:plan-accept": [world.version.pk],
        "commissions:plan-accept anas": [anas.pk],
        "commissions:plan-accept draft": [draft.pk],
        "commissions:team-quotas": [_plan_of_pools().pk],
        "commissions:team-quotas none": [0],
        "commissions:roster-person": [cast.ana.pk],
        "commissions:roster-person none": [0],
        **adjustments_of(cast),
        **disputes_of(world),
        "commissions:period": ["2026-11"],
        "commissions:period none": ["2031-01"],
        "commissions:run": ["2026-11"],
        **{f"commissions:period-{act}": ["2026-11"] for act in ("move", "tick", "exceptions", "runs", "changes")},
        **{f"commissions:period-{act} none": ["2031-01"] for act in ("move", "runs", "changes")},
        "commissions:period-exception-withdraw": ["2026-11", 1],
        "commissions:export": ["2026-11"],
        **_arguments_of_sales(world),
        **{f"accounts:person{act}": [cast.ana.pk] for act in ("", "-edit", "-team", "-manager", "-leave", "-invite")},
        "accounts:person none": [0],
        **{f"accounts:leave-{act}": [leave.pk] for act in ("edit", "remove")},
        "accounts:leave-edit none": [0],
        "accounts:person-invite inactive": [inactive.pk],
        "accounts:team": [cast.west.pk],
        "audit:history-export": ["csv"],
        "account_reset_password_from_key": ["1", "not-a-key"],
    }


def _scenarios_of(world: World) -> list[int]:
    """Two of them, the same at every call."""
    for name in ("Ten", "Twelve"):
        if not Scenario.objects.filter(name=name).exists():
            save_scenario(
                name=name, plan=world.version.plan, start=date(2026, 10, 1), end=date(2026, 12, 1), source=PLAN,
                quotas_percent=Decimal(100), acting_user=world.cast.finn, now=NOW,
            )  # fmt: skip
    return list(Scenario.objects.order_by("name").values_list("pk", flat=True))


def _plan_of_pools() -> PlanVersion:
    counted = "credit: {of: team}, window: month, against: quota"
    component = f"{{key: pool, name: Pool, {counted}, rate: 1%, pool: {{share: equal}}}}"
    return publish(f"{{plan: Pools, currency: USD, period: month, components: [{component}]}}")


def _plan_of_ana_alone(cast: Cast) -> PlanVersion:
    version = publish(PLAN.replace("plan: Account Executive", "plan: Ana alone"))
    assign(
        plan=version.plan, payees=[cast.ana], from_date=NOW.date(), until=None, quota_minor=1, per="quarter",
        acting_user=None, now=NOW,
    )  # fmt: skip
    return version


def _scored_plan_of_ana(cast: Cast) -> PlanVersion:
    component = "{key: mbo, name: MBO, measure: score, window: quarter, pays: target, rate: 1}"
    version = publish(f"{{plan: Scored, currency: USD, period: quarter, components: [{component}]}}")
    assign(plan=version.plan, payees=[cast.ana], from_date=NOW.date(), until=None, acting_user=None, now=NOW)
    return version


def _scores(cast: Cast, version: PlanVersion) -> dict[str, dict[str, Any]]:
    field = f"{cast.ana.pk}.{version.plan_id}.mbo."
    return {"commissions:scores wrong": {"person": cast.ana.pk, field: "much"}}


def _arguments_of_sales(world: World) -> dict[str, list[object]]:
    cast, won = world.cast, world.deals["first"].pk
    mine, shared = (
        Deal.objects.create(external_id=name, owner=owner, status="open", amount_minor=1_00, currency="USD").pk
        for name, owner in (("mine", cast.ana), ("shared", cast.ben))
    )
    DealShare.objects.create(deal_id=shared, user=cast.ana, share_ppm=500_000)
    DealShare.objects.create(deal_id=shared, user=cast.ben, share_ppm=500_000)
    checked, refused = _imported(GOOD, dry_run=True), _imported(GOOD + "D2,zoe,1,won,2026-11-05\n", dry_run=False)
    mapping = ImportMapping.objects.create(name="CRM", document={"deals": {}})
    payment = Payment.objects.create(external_id="p", deal_id=won, paid_on=date(2026, 11, 5), amount_minor=1).pk
    rate = ExchangeRate.objects.create(source="EUR", target="USD", starts_on=date(2026, 1, 1), rate=1).pk
    return {
        **{f"sales:deal{act}": [mine] for act in ("", "-edit", "-close", "-cancel")},
        "commissions:estimated": [cast.ana.pk, mine],
        "commissions:estimated won": [cast.ana.pk, won],
        **{f"sales:deal{act} won": [won] for act in ("-edit", "-close", "-cancel")},
        **{f"sales:deal{act} shared": [shared] for act in ("", "-edit")},
        "sales:deal none": [0],
        **{f"sales:payment-record{which}": [won] for which in ("", " empty")},
        "sales:payment-remove": [won, payment],
        "sales:payment-remove none": [won, 0],
        **{f"sales:rate{which}": [rate] for which in ("", " empty", "-remove")},
        "sales:rate none": [0],
        "sales:suggestions": ["people"],
        "sales:suggestions unknown": ["passwords"],
        **{f"sales:import{act}": [checked] for act in ("", "-state", "-columns", "-source", "-apply", "-check")},
        "sales:import none": [0],
        "sales:import-refused": [checked],
        "sales:import-refused some": [refused],
        "sales:import-template": ["deals"],
        "sales:import-template unknown": ["passwords"],
        "sales:mapping": [mapping.pk],
        "sales:mapping-delete": [mapping.pk],
    }


def _imported(content: str, *, dry_run: bool) -> int:
    row = start_import(
        kind=Kind.DEALS, file=BytesIO(content.encode()), file_name="deals.csv", mapping={}, dry_run=dry_run,
        keep_good_rows=True, wake=False, acting_user=None, now=NOW,
    )  # fmt: skip
    run_import(import_id=row.pk, now=NOW, today=NOW.date())
    return row.pk


def _queries(cast: Cast) -> dict[str, str]:
    board = "board-revenue-person-2026-11=0"
    return {
        "commissions:whatif none": "?scenario=0",
        "audit:history of-ana": f"?kind=accounts.user&object={cast.ana.pk}",
        "commissions:scores wrong": "?of=2026-Q4",
        "commissions:scenarios-compared": "?"
        + "&".join(f"s={pk}" for pk in Scenario.objects.values_list("pk", flat=True)),
        "live board": f"?{board}",
        "live ana": f"?person-{cast.ana.pk}=0",
        "live ben": f"?person-{cast.ben.pk}=0",
        "live board+ben": f"?{board}&person-{cast.ben.pk}=0",
        "live unknown": "?secrets=0",
    }


def _data(cast: Cast) -> dict[str, dict[str, Any]]:
    shares = {"shares-TOTAL_FORMS": 0, "shares-INITIAL_FORMS": 0}
    deal = {
        "external_id": "new",
        "name": "New",
        "status": "open",
        "amount": "1",
        "currency": "USD",
        "quantity": 1,
        **shares,
    }
    ana = {"name": "Ana", "email": "ana@example.com", "roles": ["rep"], "language": "en", "is_active": "on"}
    return {
        "sales:deal-new": deal,
        "sales:deal-edit": deal,
        "sales:deal-edit won": {**deal, "external_id": "first", "status": "won", "closed_on": "2026-10-05"},
        **{f"sales:deal-close{which}": {"outcome": "won", "closed_on": "2026-11-20"} for which in ("", " won")},
        "sales:deal-cancel won": {"cancelled_on": "2026-11-20"},
        "sales:payment-record": {"paid_on": "2026-11-20", "amount": "5", "token": "new"},
        **{
            f"sales:rate{act}": {"source": "EUR", "target": "USD", "starts_on": day, "rate": "1.1"}
            for act, day in (("", "2026-01-01"), ("-new", "2026-02-01"))
        },
        "sales:mapping": {"name": "CRM", "source": MAPPING},
        "sales:mapping-new": {"name": "Another", "source": MAPPING},
        "commissions:run-start": {"period": "2026-12"},
        "commissions:run-start nobody": {"period": "2026-11", "payee": "nobody@example.com"},
        "commissions:period-move": {"act": "start_review"},
        "commissions:period-tick": {"take_back": "owners"},
        "commissions:period-tick old": {"tick": "owners=many"},
        "commissions:period-exceptions": {"reason": "agreed"},
        "commissions:whatif": {
            "plan": Plan.objects.get(name="Account Executive").pk,
            "first": "2026-10",
            "last": "2026-11",
            "seen": PLAN,
        },
        **{f"commissions:plan-accept{which}": {"name": "Ana"} for which in ("", " anas", " draft")},
        "commissions:team-quotas": {"team": cast.west.pk, "quota": "5000", "per": "month", "since": "2026-12-01"},
        "commissions:roster-save wrong": {
            "person": cast.ana.pk,
            f"n{cast.ana.pk}-plan": "1",
            "a0-first": "no day",
            "a0-seen": "2026-01-01|",
        },
        "commissions:roster-paste": {"text": "ana\tAccount Executive\t2026-12-01", "decimal": ".", "dates": "ymd"},
        "commissions:roster-person": {
            "plan": Plan.objects.get(name="Account Executive").pk,
            "since": "2026-12-01",
        },
        "commissions:plan-write": {"source": PLAN.replace("plan: Account Executive", "plan: New"), "revision": 0},
        "commissions:plan-check": {"source": PLAN},
        "commissions:plan-edit draft": {"source": PLAN, "revision": 1},
        "commissions:plan-edit stale": {"source": PLAN, "revision": 0},
        "commissions:plan-publish draft": {"from_date": "2026-12-01", "revision": 1},
        "commissions:plan-retire": {"from_date": "2026-12-01"},
        "commissions:plan-discard draft": {"revision": 1},
        "accounts:person-new": {**ana, "name": "Eva", "email": "eva@example.com"},
        "accounts:person-edit": ana,
        "accounts:person-team": {"team": cast.east.pk, "starts_on": "2026-12-01"},
        "accounts:person-manager": {"manager": cast.ada.pk, "starts_on": "2026-12-01"},
        "accounts:person-leave": {"starts_on": "2026-12-01", "last_on": "2026-12-31"},
        "accounts:leave-edit": {"starts_on": "2026-12-01", "reason": "Sabbatical"},
        "accounts:team": {"name": "West Coast"},
        "accounts:team-new": {"name": "North"},
        "accounts:profile": {"name": "Somebody", "language": "id"},
        "account_login": {"login": "ana@example.com", "password": PASSWORD},
        "account_login wrong": {"login": "ana@example.com", "password": "wrong"},
        "account_signup": {"email": "eve@example.com", "password1": PASSWORD, "password2": PASSWORD},
        "account_reset_password": {"email": "ana@example.com"},
        "set_language": {"language": "id", "next": "/"},
    }


@pytest.mark.parametrize("app", sorted({row.app for row in MATRIX}))
def test_everybody_gets_what_the_table_says(scene: Scene, app: str) -> None:
    wrong = [
        f"{who} gets {found} from {row.label}, not {status}"
        for row in MATRIX
        for who, status in row.statuses.items()
        if row.app == app and (found := scene.ask(row, who)) != status
    ]
    assert wrong == []


def test_nothing_is_posted_without_a_token(scene: Scene, cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ada, backend="django.contrib.auth.backends.ModelBackend")
    posts = [row for row in MATRIX if row.method == "POST" and row.app != "api"]  # that one knows no session
    refused = {row.label: client.post(scene.address(row)).status_code for row in posts}
    assert set(refused.values()) == {403}


def test_the_table_names_every_address() -> None:
    assert {row.name for row in MATRIX} == set(_names(get_resolver()))


def _names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"
        else:
            yield from _names(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
