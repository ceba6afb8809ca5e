"""Whether data is a plan, and everything that is wrong with it if not: first its shape, then its sense."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from commissions.engine.checks import check_component, check_document
from commissions.engine.errors import PlanError, PlanInvalid
from commissions.engine.example_checks import known_currency
from commissions.engine.schema import Component, PlanDocument

_TAGS = {"one number", "by period"}  # of the schema's unions: no part of a path


def validated(data: Any) -> PlanDocument:  # noqa: ANN401 whatever the YAML or JSON holds
    """The plan that the data describes. Raises PlanInvalid with every error found."""
    if not isinstance(data, dict):
        raise PlanInvalid.because(
            "A plan is a set of keys: plan, currency, period, components. Start with `plan: NAME`."
        )
    errors = list(_percentages_where_money(data))
    try:
        document = PlanDocument.model_validate(data)
    except ValidationError as error:
        errors += [_explained(detail) for detail in error.errors() if not _says_twice(detail)] + list(
            _sense_of_the_rest(data)
        )
    else:
        errors += check_document(document)
    if errors:
        raise PlanInvalid(tuple(dict.fromkeys(errors)))
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
    """50% as a threshold means half of a quota: nothing else says of what. Read from the text; a number forgets."""
    components = data.get("components")
    for index, component in enumerate(components if isinstance(components, list) else []):
        curve = component.get("curve") if isinstance(component, dict) else None
        if not isinstance(curve, list) or component.get("against") == "quota":
            continue
        for row, step in enumerate(curve):
            written = step.get("from") if isinstance(step, dict) else None
            if isinstance(written, str) and written.strip().endswith("%") and written.strip(" 0.%"):
                path = f"components[{index}].curve[{row}].from"
                yield PlanError(path, f"{written} of what? Add `against: quota` to this component, or write money.")


def _says_twice(detail: ErrorDetails) -> bool:
    """Pydantic calls a list too short when its only row is wrong; the row has an error of its own."""
    return detail["type"] == "too_short" and bool(detail["input"])


def _explained(detail: ErrorDetails) -> PlanError:
    location = tuple(part for part in detail["loc"] if part not in _TAGS)
    return PlanError(_path(location), _message(detail, location))


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path.removesuffix(".[key]")


def _message(detail: ErrorDetails, location: tuple[int | str, ...]) -> str:
    found = repr(detail["input"])[:60]
    match detail["type"]:
        case "missing":
            return f"{location[-1]} is missing. Add it."
        case "extra_forbidden":
            return _unknown_key(location)
        case "value_error":
            return detail["msg"].removeprefix("Value error, ")
        case "enum" | "literal_error":
            return f"{found} isn't known here. Write one of: {detail['ctx']['expected']}."
        case "string_pattern_mismatch":
            return f"{found} is no key. Write small letters, digits and hyphens, such as new-business."
        case "too_short" | "string_too_short":
            return "It is empty. Write at least one."
        case _:
            return f"{found} doesn't fit here: {detail['msg'][0].lower()}{detail['msg'][1:]}."


def _unknown_key(location: tuple[int | str, ...]) -> str:
    key, model = str(location[-1]), _model_at(location[:-1])
    known = [field.alias or name for name, field in model.model_fields.items()]
    guess = get_close_matches(key, known, n=1)
    hint = f"Did you mean {guess[0]}? " if guess else ""
    return f"Unknown key {key}. {hint}Known here: {', '.join(known)}."


def _model_at(location: tuple[int | str, ...]) -> type[BaseModel]:
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
