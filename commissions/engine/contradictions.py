"""Examples that can't both hold: the same people and facts, and other pay."""

from collections.abc import Iterator
from itertools import combinations

from commissions.engine.decimals import canonical
from commissions.engine.errors import PlanError
from commissions.engine.schema import Example, PlanDocument
from commissions.engine.words import told


def contradictions(document: PlanDocument) -> Iterator[PlanError]:
    """Where one example expects other pay than an earlier one for the same facts. A deal's place doesn't matter."""
    facts = [_facts(example) for example in document.examples]
    for one, other in combinations(range(len(facts)), 2):
        if facts[one] == facts[other]:
            yield from _differences(document.examples[one], document.examples[other], f"examples[{other}].expect")


def _facts(example: Example) -> tuple[object, ...]:
    """Everything but what it is called and what it expects."""
    rest = example.model_dump(exclude={"name", "source", "expect", "payee", "payees", "deals"})
    return example.people, sorted(example.deals, key=lambda deal: deal.id), rest


def _differences(first: Example, second: Example, path: str) -> Iterator[PlanError]:
    for payee, periods in second.expected.items():
        for label, amounts in periods.items():
            known = first.expected.get(payee, {}).get(label, {})
            where = f"{path}.{payee}.{label}" if second.payees else f"{path}.{label}"
            for key in amounts.keys() & known.keys():
                if amounts[key] != known[key]:
                    said = told(
                        "“%(second)s” has the people and deals of “%(first)s”, which expects %(old)s here, not "
                        "%(new)s. Correct one of them.",
                        second=second.name, first=first.name, old=canonical(known[key]), new=canonical(amounts[key]),
                    )  # fmt: skip
                    yield PlanError(f"{where}.{key}", said)
