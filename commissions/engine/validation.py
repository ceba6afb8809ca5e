"""Whether data is a plan, and everything that is wrong with it if not."""

from typing import Any

from commissions.engine.errors import PlanError, PlanInvalid
from commissions.engine.schema import PlanDocument

__all__ = ["PlanError", "PlanInvalid", "validated"]


def validated(data: Any) -> PlanDocument:  # noqa: ANN401
    return PlanDocument.model_validate(data)
