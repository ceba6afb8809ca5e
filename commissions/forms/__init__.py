"""What pages ask people: short forms of single pages, and the form of a whole plan document."""

from commissions.forms.filling import Filled, filled_in, fits, mark_of
from commissions.forms.nodes import cells_in, slots_in
from commissions.forms.pages import (
    ExceptForm,
    FromDateForm,
    MoveForm,
    PayeeFilter,
    PeriodField,
    PlanForm,
    PlanUploadForm,
    PublishForm,
    RevisionForm,
    RunForm,
    RunOfForm,
    StatementFilter,
    choices_of,
)
from commissions.forms.tree import DocumentForm, document_form

__all__ = [
    "DocumentForm",
    "ExceptForm",
    "Filled",
    "FromDateForm",
    "MoveForm",
    "PayeeFilter",
    "PeriodField",
    "PlanForm",
    "PlanUploadForm",
    "PublishForm",
    "RevisionForm",
    "RunForm",
    "RunOfForm",
    "StatementFilter",
    "cells_in",
    "choices_of",
    "document_form",
    "filled_in",
    "fits",
    "mark_of",
    "slots_in",
]
