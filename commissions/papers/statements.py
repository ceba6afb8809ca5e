"""A statement as a file: PDF to keep, a spreadsheet to compute with, CSV to count on with."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from io import BytesIO

from django.utils.text import slugify

from commissions.models import Statement
from commissions.papers.lines import lines_table
from commissions.papers.typesetting import fingerprint, pdf
from commissions.papers.wording import texts_of
from commissions.papers.workbook import StatementBook
from commissions.selectors.statements import statement_view
from core.sheets import csv_lines, write_xlsx

_SOURCE = "statement.typ"


class Form(StrEnum):
    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"


_TYPES = {
    Form.PDF: "application/pdf",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.CSV: "text/csv; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Paper:
    name: str  # of the file: plain letters, digits and hyphens
    content_type: str
    etag: str  # the same for the same content
    content: Callable[[], bytes]


def statement_paper(statement: Statement, form: Form) -> Paper:
    """The statement in that form, in the reader's language; load it with `payee` and `period`.

    A PDF is made only when its content is asked for: who has it already is told so by the etag.
    """
    if form is Form.PDF:
        texts = texts_of(statement_view(statement), statement)
        made_at = statement.computed_at
        etag = fingerprint(_SOURCE, texts, made_at=made_at)
        return _paper(statement, form, etag, lambda: pdf(_SOURCE, texts, made_at=made_at))
    content = _book(statement) if form is Form.XLSX else _lines(statement)
    return _paper(statement, form, sha256(content).hexdigest()[:32], lambda: content)


def _book(statement: Statement) -> bytes:
    file = BytesIO()
    write_xlsx(StatementBook(statement, statement_view(statement)).tables(), file, made_at=statement.computed_at)
    return file.getvalue()


def _lines(statement: Statement) -> bytes:
    return "".join(csv_lines(lines_table(statement))).encode()


def _paper(statement: Statement, form: Form, etag: str, content: Callable[[], bytes]) -> Paper:
    payee = statement.payee
    whose = slugify(payee.external_id or payee.name)[:60] or str(payee.pk)
    name = f"statement-{whose}-{statement.period.label}-{statement.currency}.{form}"
    return Paper(name, _TYPES[form], f'"{etag}"', content)
