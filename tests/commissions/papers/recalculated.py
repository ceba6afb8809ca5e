"""A spreadsheet as LibreOffice computes it, from formulas alone."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

_KNOWN = re.compile(r"(</f>)<v>[^<]*</v>")


def recalculated(books: Mapping[str, bytes], directory: Path) -> dict[str, Any]:
    """The workbooks by name, as LibreOffice saves them. What we said that formulas come to is taken out before.

    Skips where there is no LibreOffice, and fails on CI.
    """
    office = shutil.which("soffice")
    if office is None:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice is missing: apt install libreoffice-calc-nogui")
        pytest.skip("needs LibreOffice (soffice) to recalculate spreadsheets")
    for name, content in books.items():
        (directory / f"{name}.xlsx").write_bytes(_without_values(content))
    done = directory / "done"
    command = [office, f"-env:UserInstallation=file://{directory}/profile", "--headless", "--convert-to", "xlsx"]
    subprocess.run(
        [*command, "--outdir", done, *directory.glob("*.xlsx")], check=True, capture_output=True, timeout=240
    )
    return {name: load_workbook(done / f"{name}.xlsx", data_only=True) for name in books}


def _without_values(content: bytes) -> bytes:
    file = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(file, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/worksheets/"):
                part = _KNOWN.sub(r"\1", part.decode()).encode()
            new.writestr(name, part)
    return file.getvalue()


def formulas(content: bytes) -> Iterator[tuple[str, str, str, Any]]:
    """Sheet, address, formula and what we say that it comes to, of each."""
    written, said = load_workbook(BytesIO(content)), load_workbook(BytesIO(content), data_only=True)
    for sheet in written:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield sheet.title, cell.coordinate, cell.value, said[sheet.title][cell.coordinate].value
