"""Many rows at once, kind by kind: gather what is there, decide what changes, and, when asked, write it."""

from sales.engine.fields import Kind
from sales.services.bulk import catalogue, deals, lines, payments, people, rates, teams
from sales.services.bulk.decision import Decide, Decision, Task

DECIDE: dict[Kind, Decide] = {
    Kind.PEOPLE: people.decide,
    Kind.TEAMS: teams.decide,
    Kind.CUSTOMERS: catalogue.decide,
    Kind.PRODUCTS: catalogue.decide,
    Kind.DEALS: deals.decide,
    Kind.LINES: lines.decide,
    Kind.PAYMENTS: payments.decide,
    Kind.RATES: rates.decide,
}

__all__ = ["DECIDE", "Decision", "Task"]
