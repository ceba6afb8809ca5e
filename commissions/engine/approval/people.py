"""Who may take a step: nobody her own pay, and nobody two steps of one statement unless the chain says so.

>>> company = People(payee=1, managers=(2, 3), finance=frozenset({4}), admins=frozenset({5}))
>>> sorted(candidates(ChainStep(who="manager"), company).people)
[2]
>>> sorted(candidates(ChainStep(who="manager"), company, taken=frozenset({2})).people)
[3]
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from commissions.engine.approval.chain import ChainStep, Who
from commissions.engine.approval.progress import Decision

NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class People:
    """Ids of those who may sign in and act."""

    payee: int
    managers: tuple[int, ...]  # upward: her manager on the last day of the period, that one's manager, ...
    finance: frozenset[int]
    admins: frozenset[int]
    named: frozenset[int] = NOBODY  # those whom steps name

    @property
    def company(self) -> frozenset[int]:
        return self.finance | self.admins


@dataclass(frozen=True, slots=True)
class Candidates:
    people: frozenset[int]  # none: nobody is left who may take it
    who: Who  # whose turn it is in the end
    stands_in: bool = False  # finance or an administrator, since the step's own people can't take it


class Refusal(StrEnum):
    OWN_PAY = "own_pay"
    TOOK_A_STEP = "took_a_step"
    NOT_HERS = "not_hers"


@dataclass(frozen=True, slots=True)
class Authority:
    on_behalf_of: int | None = None  # the id of who is away


def candidates(step: ChainStep, people: People, taken: Collection[int] = ()) -> Candidates:
    """Who may take a step of a statement of which some have been taken by these.

    The payee's manager; where that is the payee herself, cannot sign in or took a step before, the manager above. Where
    nobody is left, finance and administrators stand in.
    """
    barred = {people.payee, *taken}
    found = _own(step, people, barred) - barred
    if found:
        return Candidates(found, step.who)
    return Candidates(people.company - barred, Who.FINANCE, stands_in=True)


def _own(step: ChainStep, people: People, barred: Collection[int]) -> frozenset[int]:
    match step.who:
        case Who.MANAGER:
            return frozenset([next((each for each in people.managers if each not in barred), people.payee)])
        case Who.FINANCE:
            return people.company
        case Who.ADMIN:
            return people.admins
        case Who.PERSON:
            return people.named & {step.person}


def authority(
    user: int, found: Candidates, people: People, taken: Collection[int], delegates: Mapping[int, Collection[int]]
) -> Authority | Refusal:
    """By which right somebody may take a step: her own, or that of who handed it to her, by `delegates` of that day.

    A delegate hands nothing on, and takes no step about her own pay, nor about that of who is away: who is away could
    not take it either.

    >>> people = People(1, (2,), frozenset({4}), frozenset())
    >>> found = candidates(ChainStep(who="manager"), people)
    >>> [authority(user, found, people, (), {2: [1, 9]}) for user in (2, 9, 1, 4)]
    [Authority(on_behalf_of=None), Authority(on_behalf_of=2), <Refusal.OWN_PAY: 'own_pay'>, \
<Refusal.NOT_HERS: 'not_hers'>]
    """
    if user == people.payee:
        return Refusal.OWN_PAY
    if user in found.people:
        return Authority()
    if user in taken:
        return Refusal.TOOK_A_STEP
    for away in sorted(found.people):
        if user in delegates.get(away, ()):
            return Authority(on_behalf_of=away)
    return Refusal.NOT_HERS


def may_withdraw(user: int, rejection: Decision, people: People) -> bool:
    """Who rejected it, on whose behalf that was, or finance; never the payee."""
    own = {rejection.by, rejection.on_behalf_of}
    return user != people.payee and (user in own or user in people.company)
