"""Who shares the deals of an example, in which role: for the engine, and whether it can be so."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from commissions.engine.decimals import canonical, decimals_of
from commissions.engine.errors import PlanError
from commissions.engine.example_checks import SHARE_DECIMALS, no_payee
from commissions.engine.frames import WHOLE_SHARE
from commissions.engine.schema import OWNER, Example, ExampleDeal, PlanDocument
from commissions.engine.words import told

Shares = Mapping[str, Decimal]  # by person; those of a role add up to 1


def sharers(deal: ExampleDeal) -> Iterator[str]:
    """Everybody whom the splits and roles of a deal name, some of them several times."""
    yield from deal.splits
    for shares in deal.roles.values():
        yield from shares


def shares_of(example: Example, numbers: Mapping[str, int]) -> list[dict[str, Any]]:
    """Rows of SHARES, with deals numbered as they stand. A deal without an owner is wholly the first payee's."""
    return [
        {"deal": index, "payee": numbers[name], "role": role, "share": int(share * WHOLE_SHARE)}
        for index, deal in enumerate(example.deals)
        for role, shares in _by_role(deal, next(iter(numbers))).items()
        for name, share in shares.items()
    ]


def _by_role(deal: ExampleDeal, first: str) -> dict[str, Shares]:
    return {OWNER: deal.splits or {deal.owner or first: Decimal(1)}, **deal.roles}


def check_example_shares(document: PlanDocument) -> Iterator[PlanError]:
    """Errors of who shares the deals of examples."""
    roles = {role for component in document.components for role in component.credit.roles}
    for index, example in enumerate(document.examples):
        for number, deal in enumerate(example.deals):
            path = f"examples[{index}].deals[{number}]"
            yield from _owner(example, deal, path)
            if deal.splits:
                yield from _shares(deal.splits, f"{path}.splits")
            if deal.splits and not example.people.keys() & set(sharers(deal)):
                yield _nobody(example, f"{path}.splits")
            for role, shares in deal.roles.items():
                yield from _role(role, roles, f"{path}.roles.{role}")
                yield from _shares(shares, f"{path}.roles.{role}")
                if shares and not example.people.keys() & shares.keys():
                    yield _nobody(example, f"{path}.roles.{role}")


def _owner(example: Example, deal: ExampleDeal, path: str) -> Iterator[PlanError]:
    people = ", ".join(example.people)
    if deal.owner is not None and deal.splits:
        yield PlanError(f"{path}.owner", told("`splits` already says whose deal it is. Remove `owner`."))
    elif deal.owner is not None and deal.owner not in example.people:
        yield no_payee(f"{path}.owner", deal.owner, people)
    elif deal.owner is None and not deal.splits and len(example.people) > 1:
        yield PlanError(
            f"{path}.owner",
            told("Whose deal is it? Add `owner: NAME` or `splits`; payees: %(people)s.", people=people),
        )


def _role(role: str, known: set[str], path: str) -> Iterator[PlanError]:
    if role == OWNER:
        said = told("Whose deal it is stands in `owner` or `splits`. Write it there.")
        yield PlanError(path, said)
    elif role not in known:
        said = told(
            "No component pays the role %(role)s. Those that are paid: %(known)s. Correct it, or name it in a "
            "component's `credit: {roles: [%(role)s]}`.",
            role=role,
            known=", ".join(sorted(known)),
        )
        yield PlanError(path, said)


def _shares(shares: Shares, path: str) -> Iterator[PlanError]:
    """As those of a deal of the database: in each role they add up to the whole."""
    for name, share in shares.items():
        if not 0 < share <= 1 or decimals_of(share) > SHARE_DECIMALS:
            said = told("%(share)s is no share. Write one such as 60%%.", share=canonical(share))
            yield PlanError(f"{path}.{name}", said)
    if (whole := sum(shares.values(), Decimal())) != 1:
        said = told("The shares add up to %(sum)s%%. Make it 100%%.", sum=canonical(whole * 100))
        yield PlanError(path, said)


def _nobody(example: Example, path: str) -> PlanError:
    people = ", ".join(example.people)
    return PlanError(path, told("None of them is a payee of this example: %(people)s. Add one.", people=people))
