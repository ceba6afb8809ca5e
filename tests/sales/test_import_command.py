"""manage.py import: what it prints, and how it exits."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from sales.models import Customer, Deal
from tests.conftest import Cast


def run(*args: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("import", *args, stdout=out, stderr=err, skip_checks=True)
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    except SystemExit as leaving:
        return int(str(leaving.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "deals.csv"
    path.write_text("external_id,owner,amount\nD1,ana,5\nD2,ben,7\n", encoding="utf-8")
    return path


def test_a_good_file_exits_with_0_and_says_what_it_did(cast: Cast, file: Path) -> None:
    assert run("deals", str(file)) == (0, "2 rows: 2 created, 0 changed, 0 unchanged, 0 refused.\n", "")
    file.write_text("external_id,owner,amount\nD1,ana,6\nD2,ben,7\n", encoding="utf-8")
    code, out, _err = run("deals", str(file))
    assert (code, out.splitlines()) == (
        0,
        ["D1: amount USD 5.00 → USD 6.00", "2 rows: 0 created, 1 changed, 1 unchanged, 0 refused."],
    )


def test_a_dry_run_says_that_it_is_one(cast: Cast, file: Path) -> None:
    code, out, _err = run("deals", str(file), "--dry-run")
    assert (code, out) == (0, "Dry run, nothing was changed. 2 rows: 2 created, 0 changed, 0 unchanged, 0 refused.\n")
    assert Deal.objects.count() == 0


def test_refused_rows_exit_with_1_and_line_column_and_what_to_do(cast: Cast, file: Path) -> None:
    file.write_text("external_id,owner,amount\nD1,ana,1e400\nD2,zoe,7\n", encoding="utf-8")
    code, out, err = run("deals", str(file))
    assert code == 1
    advice = "Import the people first, correct the cell, or replace the word in the mapping."
    assert err.splitlines() == [
        f"line 2, amount '1e400': The amount is too large: amounts stay below {10**15:,}. Check its decimal sign.",
        f"line 3, owner 'zoe': No person has this external id or e-mail address. {advice}",
    ]
    assert out == "Nothing was changed: 2 of 2 rows were refused. Correct them or --keep-good-rows.\n"
    assert Deal.objects.count() == 0


def test_good_rows_can_be_kept(cast: Cast, file: Path) -> None:
    file.write_text("external_id,owner,amount\nD1,ana,1e400\nD2,ben,7\n", encoding="utf-8")
    code, out, _err = run("deals", str(file), "--keep-good-rows")
    assert code == 1
    assert out.startswith("2 rows: 1 created, 0 changed, 0 unchanged, 1 refused. The refused rows are in ")
    assert list(Deal.objects.values_list("external_id", flat=True)) == ["D2"]


@pytest.mark.parametrize(
    ("content", "mapping", "says"),
    [
        ("a,b\n1,2\n", None, "No column gives the external id."),
        ("external_id\n", None, "The file has a header but no rows."),
        ("external_id\nD1\n", "deals: {curency: USD}", "deals.curency: This is no key of a mapping."),
        ("external_id\nD1\n", "fields: {external_id: Id}", "The file has no column 'Id'"),
        (None, None, "There is no file"),
    ],
    ids=["no id", "no rows", "bad mapping", "no column", "no file"],
)
def test_what_can_not_be_used_exits_with_2(
    cast: Cast, tmp_path: Path, content: str | None, mapping: str | None, says: str
) -> None:
    path, extra = tmp_path / "f.csv", []
    if content is not None:
        path.write_text(content, encoding="utf-8")
    if mapping is not None:
        (tmp_path / "m.yaml").write_text(mapping, encoding="utf-8")
        extra = ["--mapping", str(tmp_path / "m.yaml")]
    code, _out, err = run("deals", str(path), *extra)
    assert (code, says in err) == (2, True), err


def test_json_is_the_whole_report(cast: Cast, file: Path) -> None:
    code, out, _err = run("deals", str(file), "--json")
    report = json.loads(out)
    assert code == 0
    assert (report["kind"], report["status"], report["rows"], report["created"]) == ("deals", "done", 2, 2)
    assert report["columns"] == {"external_id": "external_id", "owner": "owner", "amount": "amount"}


def test_customers_need_no_mapping_when_the_columns_bear_our_names(db: None, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("Name;Country\nKopi Senja;Indonesia\n", encoding="utf-8")
    assert run("customers", str(tmp_path / "c.csv"))[0] == 0
    assert Customer.objects.get().country == "Indonesia"
