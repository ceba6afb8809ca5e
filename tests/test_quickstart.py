"""The walk of docs/quickstart/README.md, command by command, against an independent calculation.

The calculation reads the CSV files itself and uses fractions; nothing here comes from the engine.
"""

import csv
import json
import re
import shlex
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from commissions.models import EarningLine, Statement

ROOT = Path(__file__).resolve().parent.parent
QUICKSTART = ROOT / "docs" / "quickstart"
SAMPLE = QUICKSTART / "sample"
CRM = ROOT.parent / "shared" / "data" / "crm"
QUARTERS = ("2017-Q1", "2017-Q2", "2017-Q3", "2017-Q4")
QUOTA = 60_000
MANAGE = ".venv/bin/python manage.py "

Pay = dict[tuple[str, str, str], int]  # cents by person, quarter and component; nothing where nothing was earned


@dataclass(frozen=True)
class Sale:
    agent: str
    product: str
    amount: Fraction
    closed: date

    @property
    def quarter(self) -> str:
        return f"{self.closed.year}-Q{(self.closed.month + 2) // 3}"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def sales(folder: Path) -> list[Sale]:
    """What was won, read as a person would read the file: US dates, and GTXPro for the product GTX Pro."""
    return [
        Sale(
            row["sales_agent"],
            "GTX Pro" if row["product"] == "GTXPro" else row["product"],
            Fraction(row["close_value"]),
            datetime.strptime(row["close_date"], "%m/%d/%Y").date(),  # noqa: DTZ007 - a date
        )
        for row in rows(folder / "sales_pipeline.csv")
        if row["deal_stage"] == "Won"
    ]


def cents(dollars: Fraction) -> int:
    """Half a cent goes up."""
    return int(dollars * 100 + Fraction(1, 2))


def tiers(x: Fraction) -> Fraction:
    """3.125 % up to half of the quota, 5 % up to the quota, 8.75 % beyond."""
    half, nothing = Fraction(QUOTA, 2), Fraction(0)
    first, second, third = min(x, half), max(nothing, min(x, 2 * half) - half), max(nothing, x - 2 * half)
    return first * Fraction(3125, 100_000) + second * Fraction(5, 100) + third * Fraction(875, 10_000)


def volume(x: Fraction) -> Fraction:
    """The whole at the rate of the tier reached, 4,000 at most."""
    steps = ((150_000, Fraction(2, 100)), (90_000, Fraction(1375, 100_000)), (40_000, Fraction(75, 10_000)))
    rate = next((rate for start, rate in steps if x >= start), Fraction(0))
    return min(x * rate, Fraction(4_000))


def expected(folder: Path) -> Pay:
    won: dict[tuple[str, str], list[Sale]] = defaultdict(list)
    for sale in sales(folder):
        won[sale.agent, sale.quarter].append(sale)
    pay: Pay = {}
    for (agent, quarter), mine in won.items():
        total = sum((sale.amount for sale in mine), Fraction(0))
        pay[agent, quarter, "sales"] = cents(tiers(total))
        pay[agent, quarter, "volume"] = cents(volume(total))
        gtx = [sale.amount * Fraction(125, 10_000) for sale in mine if sale.product == "GTX Pro"]
        pay[agent, quarter, "gtx-pro"] = sum(cents(each) for each in gtx)
    return {key: amount for key, amount in pay.items() if amount}


def by_person(pay: Pay) -> dict[tuple[str, str], int]:
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for (agent, quarter, _), amount in pay.items():
        totals[agent, quarter] += amount
    return dict(totals)


def commands() -> Iterator[list[str]]:
    """Every manage.py line of the fenced sh blocks, in order."""
    for block in re.findall(r"^```sh\n(.*?)^```", (QUICKSTART / "README.md").read_text(), re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith(MANAGE):
                yield shlex.split(line.removeprefix(MANAGE), comments=True)


def walk(folder: Path, output: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Do what the page says, with the files of `folder`; what was printed, by command line."""
    monkeypatch.chdir(ROOT)
    printed = {}
    for words in commands():
        here = [replaced(word, folder, output) for word in words]
        if folder == CRM and "--payee" in here:
            here[here.index("--payee") + 1] = (
                "moses-frase@example.com"  # the page asks about one of the sample's people
            )
        out = StringIO()
        call_command(*here, stdout=out)
        printed[shlex.join(words)] = out.getvalue()
    return printed


def replaced(word: str, folder: Path, output: Path) -> str:
    if word.startswith("docs/quickstart/sample/"):
        return str(folder / Path(word).name)
    return str(output / word) if word.startswith("payouts-") else word


def paid() -> Pay:
    found: Pay = defaultdict(int)
    for line in EarningLine.objects.select_related("statement__payee", "statement__period"):
        found[line.statement.payee.name, line.statement.period.label, line.component] += line.amount_minor
    return {key: amount for key, amount in found.items() if amount}


def totals() -> dict[tuple[str, str], int]:
    statements = Statement.objects.select_related("payee", "period").exclude(total_minor=0)
    return {(each.payee.name, each.period.label): each.total_minor for each in statements}


@pytest.fixture(params=["sample", pytest.param("crm", marks=pytest.mark.crm)])
def folder(request: pytest.FixtureRequest) -> Path:
    if request.param == "sample":
        return SAMPLE
    if not CRM.is_dir():
        pytest.skip(f"The CRM extract is not part of the project, and {CRM} is absent here.")
    return CRM


def test_the_walk_pays_everybody_what_an_independent_calculation_pays(
    db: None, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk(folder, tmp_path, monkeypatch)
    assert paid() == expected(folder)
    assert totals() == by_person(expected(folder))
    assert {quarter for _, quarter in totals()} == set(QUARTERS)


def test_the_sample_reaches_every_tier_the_cap_and_the_flaws_of_such_exports() -> None:
    pipeline = rows(SAMPLE / "sales_pipeline.csv")
    won: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for sale in sales(SAMPLE):
        won[sale.agent, sale.quarter] += sale.amount
    assert {min(int(total * 2 / QUOTA), 2) for total in won.values()} == {0, 1, 2}
    assert 4_000_00 in expected(SAMPLE).values()
    assert {row["product"] for row in pipeline} >= {"GTXPro"}
    assert "" in {row["account"] for row in pipeline}
    assert {row["sales_agent"] for row in rows(SAMPLE / "sales_teams.csv")} > {row["sales_agent"] for row in pipeline}


def test_importing_the_same_files_again_changes_nothing(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk(SAMPLE, tmp_path, monkeypatch)
    for words in commands():
        if words[0] == "import" and "--dry-run" not in words:
            out = StringIO()
            call_command(*words, "--json", stdout=out)
            report = json.loads(out.getvalue())
            assert (report["created"], report["changed"], report["refused"]) == (0, 0, 0)


def test_the_exported_payouts_are_those_of_the_calculation(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk(SAMPLE, tmp_path, monkeypatch)
    exported = {row["name"]: row["payable"] for row in rows(tmp_path / "payouts-2017-Q2.csv")}
    pay = by_person(expected(SAMPLE))
    assert {name: Fraction(payable) * 100 for name, payable in exported.items()} == {
        name: pay.get((name, "2017-Q2"), 0) for name in exported
    }
    assert exported.keys() == {row["sales_agent"] for row in rows(SAMPLE / "sales_teams.csv")}
