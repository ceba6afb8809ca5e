"""The general ledger's side of pay: what moves, to which account, in double entry.

Each movement is said once, with a sign; the kind decides which side of the books it is on. What was earned is an
expense when it is earned, whether it is due or not; a draw that must be recovered is an asset until it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from commissions.engine.terms import Settled


class Kind(StrEnum):
    """What moves. Above zero a movement debits the accounts of `_DEBITS`, and credits the others."""

    EARNED = "earned"  # by the lines of statements
    ADJUSTED = "adjusted"  # by adjustments
    GUARANTEED = "guaranteed"  # by draws that nobody gives back
    FORGIVEN = "forgiven"  # of draws
    LENT = "lent"  # by draws that are recovered
    HELD = "held"  # earned, not due yet
    PAYABLE = "payable"
    ACCRUED = "accrued"  # payable of a period that isn't closed
    PAID = "paid"  # out of the bank
    CAPITALISED = "capitalised"  # costs to obtain contracts, out of the expense
    EXPENSED = "expensed"  # the other side of that
    AMORTISED = "amortised"
    IMPAIRED = "impaired"
    WRITTEN_DOWN = "written_down"  # the other side of those two


_DEBITS = frozenset(
    {
        Kind.EARNED, Kind.ADJUSTED, Kind.GUARANTEED, Kind.FORGIVEN, Kind.LENT, Kind.CAPITALISED, Kind.AMORTISED,
        Kind.IMPAIRED,
    }
)  # fmt: skip


class UnbalancedError(AssertionError):
    """Debits and credits of a currency differ. A bug: nothing was handed out."""


@dataclass(frozen=True, slots=True)
class Movement:
    """An amount in minor units of its currency. Empty: of no plan, component or team, such as what is payable."""

    kind: Kind
    currency: str
    amount: int
    plan: str = ""
    component: str = ""
    team: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    code: str
    name: str
    cost_centre: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """Which account takes what moves; what is empty fits anything."""

    kind: Kind
    account: Account
    plan: str = ""
    component: str = ""
    team: str = ""

    def fits(self, movement: Movement) -> bool:
        pairs = ((self.plan, movement.plan), (self.component, movement.component), (self.team, movement.team))
        return self.kind == movement.kind and all(own in ("", other) for own, other in pairs)

    @property
    def weight(self) -> tuple[bool, bool, bool]:
        """The rule that says more goes before: a component's before a plan's before a team's."""
        return (bool(self.component), bool(self.plan), bool(self.team))


@dataclass(frozen=True, slots=True)
class Posting:
    """One row of a journal: a debit or a credit, the other is 0. Minor units of the currency."""

    account: Account
    currency: str
    plan: str
    component: str
    team: str
    debit: int
    credit: int


DEFAULT_CHART: Mapping[Kind, Account] = {
    Kind.EARNED: Account("6010", "Sales commissions"),
    Kind.ADJUSTED: Account("6020", "Commission adjustments"),
    Kind.GUARANTEED: Account("6030", "Guarantees and draws not recovered"),
    Kind.FORGIVEN: Account("6040", "Draws forgiven"),
    Kind.LENT: Account("1410", "Draws to be recovered"),
    Kind.HELD: Account("2120", "Commissions earned, not due yet"),
    Kind.PAYABLE: Account("2110", "Commissions payable"),
    Kind.ACCRUED: Account("2115", "Commissions accrued"),
    Kind.PAID: Account("1010", "Bank"),
    Kind.CAPITALISED: Account("1510", "Costs to obtain contracts"),
    Kind.EXPENSED: Account("6010", "Sales commissions"),
    Kind.AMORTISED: Account("6110", "Amortisation of costs to obtain contracts"),
    Kind.IMPAIRED: Account("6120", "Impairment of costs to obtain contracts"),
    Kind.WRITTEN_DOWN: Account("1510", "Costs to obtain contracts"),
}


@dataclass(frozen=True, slots=True)
class Chart:
    """Which account takes which movement: a company's own rules, and the default where none fits."""

    rules: Sequence[Rule] = ()

    def account(self, movement: Movement) -> Account:
        """
        >>> west = Rule(Kind.EARNED, Account("7010", "Commissions West"), team="West")
        >>> chart = Chart([west])
        >>> [chart.account(Movement(Kind.EARNED, "USD", 1, team=team)).code for team in ("West", "East")]
        ['7010', '6010']
        """
        fitting = [rule for rule in self.rules if rule.fits(movement)]
        return max(fitting, key=lambda rule: rule.weight).account if fitting else DEFAULT_CHART[movement.kind]


def journal(movements: Iterable[Movement], chart: Chart = Chart()) -> tuple[Posting, ...]:
    """One posting for each account, currency, plan, component and team, by account. Raises UnbalancedError.

    >>> rows = journal([Movement(Kind.EARNED, "USD", 500, plan="AE"), Movement(Kind.PAYABLE, "USD", 500)])
    >>> [(row.account.code, row.debit, row.credit) for row in rows]
    [('2110', 0, 500), ('6010', 500, 0)]
    """
    sums: dict[tuple[Account, str, str, str, str], int] = defaultdict(int)
    for each in movements:
        side = 1 if each.kind in _DEBITS else -1
        sums[chart.account(each), each.currency, each.plan, each.component, each.team] += side * each.amount
    rows = tuple(_postings(sums))
    for currency, (debit, credit) in totals(rows).items():
        if debit != credit:
            raise UnbalancedError(f"Debits of {debit} and credits of {credit} minor units {currency} differ.")
    return rows


def _postings(sums: Mapping[tuple[Account, str, str, str, str], int]) -> Iterator[Posting]:
    for place, amount in sorted(sums.items(), key=lambda item: (item[0][1], item[0][0].code, *item[0][2:])):
        if amount:
            yield Posting(*place, max(amount, 0), max(-amount, 0))


def totals(rows: Iterable[Posting]) -> dict[str, tuple[int, int]]:
    """By currency: all debits and all credits."""
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        debit, credit = found.get(row.currency, (0, 0))
        found[row.currency] = (debit + row.debit, credit + row.credit)
    return found


def settling(settled: Settled, *, currency: str, plan: str, team: str) -> Iterator[Movement]:
    """What moves between what a plan's statements earned and what is payable by them; of several, their sums.

    Of what is advanced, that part is lent which is owed afterwards; the rest is a guarantee, which nobody gives back.
    """
    lent = settled.owed_after - settled.owed_before
    given = settled.advanced + settled.carried - settled.recovered - settled.forgiven - lent
    amounts = {
        Kind.HELD: settled.held - settled.released,
        Kind.LENT: lent,
        Kind.FORGIVEN: settled.forgiven,
        Kind.GUARANTEED: given,
    }
    yield from (Movement(kind, currency, amount, plan=plan, team=team) for kind, amount in amounts.items() if amount)
