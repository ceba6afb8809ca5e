"""Whether data is a plan, and everything that is wrong with it if not: first its shape, then its sense."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, TypeAlias, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from commissions.engine.checks import check_component, check_document
from commissions.engine.column_checks import percentages_in_tables
from commissions.engine.errors import PlanError, PlanInvalid
from commissions.engine.example_checks import known_currency
from commissions.engine.misfits import misfit
from commissions.engine.schema import Component, PlanDocument
from commissions.engine.words import Told, told

Location: TypeAlias = tuple[int | str, ...]
_TAGS = {"one number", "by period", "by day", "by objective"}  # of the schema's unions: no part of a path


def validated(data: Any) -> PlanDocument:  # noqa: ANN401 whatever the YAML or JSON holds
    """The plan that the data describes. Raises PlanInvalid with every error found."""
    if not isinstance(data, dict):
        raise PlanInvalid.because(
            told("A plan is a set of keys: plan, currency, period, components. Start with `plan: NAME`.")
        )
    errors = [*_percentages_where_money(data), *_shares_where_money(data)]
    if isinstance(data.get("components"), list):
        errors += percentages_in_tables(data["components"])
    try:
        document = PlanDocument.model_validate(data)
    except ValidationError as error:
        errors += [_explained(detail) for detail in error.errors() if not _says_twice(detail)] + list(
            _sense_of_the_rest(data)
        )
    else:
        errors += check_document(document)
    if errors:
        raise PlanInvalid(tuple({str(error): error for error in errors}.values()))
    return document


def _sense_of_the_rest(data: dict[str, Any]) -> Iterator[PlanError]:
    """What can be said of the components that have the right shape, though others don't."""
    currency = known_currency(str(data.get("currency")))
    rows = data.get("components")
    for index, row in enumerate(rows if isinstance(rows, list) else []):
        try:
            component = Component.model_validate(row)
        except ValidationError:
            continue
        yield from check_component(component, f"components[{index}]", currency)


def _percentages_where_money(data: dict[str, Any]) -> Iterator[PlanError]:
    """50% as a threshold, or as a block, means half of a quota: nothing else says of what. Read from the text; a
    number forgets.
    """
    components = data.get("components")
    for index, component in enumerate(components if isinstance(components, list) else []):
        if not isinstance(component, dict) or component.get("against") == "quota":
            continue
        if component.get("measure") == "score":
            continue
        curve = component.get("curve")
        rows = enumerate(curve if isinstance(curve, list) else [])
        steps = [(f"components[{index}].curve[{row}]", step) for row, step in rows if isinstance(step, dict)]
        found = [(f"{where}.{key}", step.get(key)) for where, step in steps for key in ("from", "block")]
        for path, written in [(f"components[{index}].block", component.get("block")), *found]:
            if isinstance(written, str) and written.strip().endswith("%") and written.strip(" 0.%"):
                yield PlanError(
                    path,
                    told(
                        "%(share)s of what? Add `against: quota` to this component, or write money.",
                        share=written.strip(),
                    ),
                )


def _shares_where_money(data: dict[str, Any]) -> Iterator[PlanError]:
    """A row pays money, unless shares of a target are paid. Read from the text, as above."""
    components = data.get("components")
    for index, component in enumerate(components if isinstance(components, list) else []):
        curve = component.get("curve") if isinstance(component, dict) else None
        if not isinstance(curve, list) or component.get("pays") == "target":
            continue
        for row, step in enumerate(curve):
            for key in ("pay", "bonus"):
                written = step.get(key) if isinstance(step, dict) else None
                if isinstance(written, str) and written.strip().endswith("%"):
                    path = f"components[{index}].curve[{row}].{key}"
                    said = told("%(written)s is no amount of money. Write one, such as 1250.", written=written)
                    yield PlanError(path, said)


def _says_twice(detail: ErrorDetails) -> bool:
    """Pydantic calls a list too short when its only row is wrong; the row has an error of its own."""
    return detail["type"] == "too_short" and bool(detail["input"])


def _explained(detail: ErrorDetails) -> PlanError:
    location = tuple(part for part in detail["loc"] if part not in _TAGS)
    unknown = detail["type"] == "extra_forbidden"
    return PlanError(_path(location), _unknown_key(location) if unknown else misfit(detail, str(location[-1])))


def _path(location: Location) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path.removesuffix(".[key]")


def _unknown_key(location: Location) -> Told:
    key, model = str(location[-1]), _model_at(location[:-1])
    known = [field.alias or name for name, field in model.model_fields.items()]
    guess = get_close_matches(key, known, n=1)
    if guess:
        return told(
            "Unknown key %(key)s. Did you mean %(guess)s? Known here: %(known)s.",
            key=key,
            guess=guess[0],
            known=", ".join(known),
        )
    return told("Unknown key %(key)s. Known here: %(known)s.", key=key, known=", ".join(known))


def _model_at(location: Location) -> type[BaseModel]:
    model: type[BaseModel] = PlanDocument
    for part in location:
        field = model.model_fields.get(str(part))
        inner = next(_models_in(field.annotation), None) if field else None
        model = inner or model
    return model


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 a type
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
