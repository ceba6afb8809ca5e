"""What the values of a plan document look like: names, days, texts, and the base of every part of it."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints

from commissions.engine.errors import ToldError
from commissions.engine.misfits import as_written
from commissions.engine.words import told


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _text(value: Any) -> Any:  # noqa: ANN401 whatever the YAML or JSON holds
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _day(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, date | str):
        return value
    raise ToldError(told("%(day)s is no day of the calendar. Write one such as 2026-01-31.", day=as_written(value)))


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$", max_length=100)]
Name = Annotated[str, BeforeValidator(_text), StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, BeforeValidator(_text), StringConstraints(max_length=200)]
Label = Annotated[
    str, BeforeValidator(_text), StringConstraints(strip_whitespace=True)
]  # a year is an integer to YAML: 2026
Day = Annotated[date, BeforeValidator(_day), PlainSerializer(date.isoformat, return_type=str, when_used="json")]
