"""Files that a page hands out: one way to name them, and to say what they are."""

import re
from collections.abc import Iterable
from datetime import datetime
from tempfile import TemporaryFile
from typing import Final, TypeVar

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

from core.sheets import Table, csv_lines, write_xlsx

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Response = TypeVar("Response", bound=HttpResponseBase)

_NOT_IN_NAMES: Final = re.compile(r"[^\w.\- ]+", re.ASCII)


def csv_download(table: Table, name: str) -> StreamingHttpResponse:
    """The table as CSV, streamed; the name without its ending."""
    response = StreamingHttpResponse(csv_lines(table), content_type="text/csv; charset=utf-8")
    return _attached(response, f"{name}.csv")


def xlsx_download(tables: Iterable[Table], name: str, *, made_at: datetime) -> FileResponse:
    """The tables as one workbook, by way of a temporary file that ends with the response."""
    to = TemporaryFile()  # noqa: SIM115 the response closes it
    write_xlsx(tables, to, made_at=made_at)
    to.seek(0)
    return _attached(FileResponse(to, content_type=XLSX), f"{name}.xlsx")


def _attached(response: Response, name: str) -> Response:
    response["Content-Disposition"] = f'attachment; filename="{safe_name(name)}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def safe_name(name: str) -> str:
    """A name that any file system takes, and that ends no header.

    >>> safe_name('statement "Ana"; 2026-01/x.csv')
    'statement _Ana_ 2026-01_x.csv'
    """
    return _NOT_IN_NAMES.sub("_", name).strip(" ._") or "file"
