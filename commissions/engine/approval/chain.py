"""The chain document: which steps a statement's approval has.

>>> chain = chain_from_json({"steps": [{"who": "manager"}, {"who": "finance", "above": {"USD": 5_000_00}}]})
>>> [step.who.value for step in chain.steps], chain_to_json(chain)["steps"][1]
(['manager', 'finance'], {'who': 'finance', 'above': {'USD': 500000}})
"""

from collections.abc import Iterator
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_core import ErrorDetails

from commissions.engine.decimals import ExactDecimal
from commissions.engine.errors import PlanError, PlanInvalid, ToldError
from commissions.engine.misfits import as_written, misfit
from commissions.engine.schema.values import Strict
from commissions.engine.words import Told, told
from core.money import LARGEST_MINOR, MoneyError, exponent

MOST_STEPS: Final = 8
_LARGEST_VARIANCE: Final = 10  # 1000 %


class Who(StrEnum):
    """Whose turn a step is."""

    MANAGER = "manager"  # of the payee, on the last day of the period
    FINANCE = "finance"  # and administrators, who may do all that finance may
    ADMIN = "admin"
    PERSON = "person"  # the one that the step names


def _above(value: Any) -> Any:  # noqa: ANN401 whatever the JSON holds
    if isinstance(value, int | str) and not isinstance(value, bool):
        raise ToldError(
            told(
                "%(found)s of which currency? Write minor units by currency, such as {USD: 500000}.",
                found=as_written(value),
            )
        )
    return value


def _minor(value: Any) -> int:  # noqa: ANN401
    if isinstance(value, bool) or not isinstance(value, int):
        raise ToldError(
            told("%(found)s is no amount. Write whole minor units: 500000 for 5,000.00.", found=as_written(value))
        )
    if not 0 <= value < LARGEST_MINOR:
        raise ToldError(told("%(found)s is no limit. Write an amount from 0 on, in minor units.", found=str(value)))
    return value


class ChainStep(Strict):
    """One approval. With `above` or `variance` it is asked for only where one of them holds."""

    who: Who
    person: int | None = Field(None, description="The id of the person, where `who` is person.")
    above: Annotated[dict[str, Annotated[int, BeforeValidator(_minor)]] | None, BeforeValidator(_above)] = Field(
        None, description="Minor units by currency: only statements of more than this, or of another currency."
    )
    variance: ExactDecimal | None = Field(
        None, description="A share: only statements that differ by more from the mean of the last three."
    )

    @property
    def is_conditional(self) -> bool:
        return self.above is not None or self.variance is not None


class ApprovalChain(Strict):
    """Steps in the order in which they are taken."""

    steps: Annotated[tuple[ChainStep, ...], Field(min_length=1, max_length=MOST_STEPS)]
    same_person: bool = Field(default=False, description="Whether one person may take several steps of a statement.")


DEFAULT_CHAIN: Final = ApprovalChain(steps=(ChainStep(who=Who.FINANCE),))


def chain_from_json(data: Any) -> ApprovalChain:  # noqa: ANN401 whatever the JSON holds
    """The chain that the data describes. Raises PlanInvalid with every error found, each with path, reason and fix.

    >>> chain_from_json({"steps": [{"who": "finance", "above": 5}]})
    Traceback (most recent call last):
    commissions.engine.errors.PlanInvalid: steps[0].above: 5 of which currency? Write minor units by currency, such as \
{USD: 500000}.
    """
    if not isinstance(data, dict):
        raise PlanInvalid.because(told("A chain is a set of keys. Start with `steps: [{who: finance}]`."))
    try:
        chain = ApprovalChain.model_validate(data)
    except ValidationError as error:
        errors = tuple(_explained(detail) for detail in error.errors() if not _says_twice(detail))
    else:
        errors = tuple(_nonsense(chain))
    if errors:
        raise PlanInvalid(errors)
    return chain


def chain_to_json(chain: ApprovalChain) -> dict[str, Any]:
    """The canonical form, as it is stored: what is as usual is left out."""
    return chain.model_dump(mode="json", exclude_defaults=True)


def _nonsense(chain: ApprovalChain) -> Iterator[PlanError]:
    named: list[int] = []
    for index, step in enumerate(chain.steps):
        path = f"steps[{index}]"
        yield from _nonsense_of_step(step, path)
        if step.person in named and not chain.same_person:
            yield PlanError(
                f"{path}.person",
                told(
                    "This person has a step before it, and nobody takes two steps of one statement. Name somebody "
                    "else, or allow it with `same_person: true`."
                ),
            )
        named += [step.person] if step.person is not None else []
    if all(step.is_conditional for step in chain.steps):
        yield PlanError(
            "steps",
            told(
                "Statements below every limit would be approved by nobody. Take `above` and `variance` off one of the "
                "steps."
            ),
        )


def _nonsense_of_step(step: ChainStep, path: str) -> Iterator[PlanError]:
    if step.who is Who.PERSON and step.person is None:
        yield PlanError(path, told("Which person? Add `person` with the person's id."))
    if step.who is not Who.PERSON and step.person is not None:
        yield PlanError(
            f"{path}.person", told("Only a step of a person names one. Take it off, or write `who: person`.")
        )
    for currency in step.above or ():
        if not _is_currency(currency):
            yield PlanError(
                f"{path}.above",
                told("%(found)s is no currency. Write its ISO 4217 code in capitals, such as USD.", found=currency),
            )
    if step.above == {}:
        yield PlanError(f"{path}.above", told("It is empty. Write at least one."))
    if step.variance is not None and not 0 <= step.variance <= _LARGEST_VARIANCE:
        yield PlanError(f"{path}.variance", told("A variance lies between 0 and 1000 per cent. Write one such as 0.3."))


def _is_currency(code: str) -> bool:
    try:
        exponent(code)
    except MoneyError:
        return False
    return True


def _says_twice(detail: ErrorDetails) -> bool:
    """Pydantic calls a list too short when its only row is wrong; the row has an error of its own."""
    return detail["type"] == "too_short" and bool(detail["input"])


def _explained(detail: ErrorDetails) -> PlanError:
    location = detail["loc"]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).removeprefix(".")
    unknown = detail["type"] == "extra_forbidden"
    return PlanError(path, _unknown(location) if unknown else misfit(detail, str(location[-1])))


def _unknown(location: tuple[int | str, ...]) -> Told:
    model = ChainStep if len(location) > 1 else ApprovalChain
    key, known = str(location[-1]), list(model.model_fields)
    guess = get_close_matches(key, known, n=1)
    if guess:
        return told(
            "Unknown key %(key)s. Did you mean %(guess)s? Known here: %(known)s.",
            key=key,
            guess=guess[0],
            known=", ".join(known),
        )
    return told("Unknown key %(key)s. Known here: %(known)s.", key=key, known=", ".join(known))
