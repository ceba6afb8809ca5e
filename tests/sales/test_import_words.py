"""What is wrong with a file, in the language of whoever reads the page."""

import json
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from accounts.models import Role
from sales.models import Import
from tests.conftest import Cast, person
from tests.sales.import_pages import BAD, GOOD, page_of, send, signed_in, text_of, upload, url


@pytest.fixture
def sri(cast: Cast) -> Iterator[Client]:
    """An administrator who reads Indonesian."""
    client = signed_in(person("Sri", Role.ADMIN))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "id"
    yield client
    translation.activate("en")


def test_problems_of_rows_are_said_in_the_readers_language(ada: Client, sri: Client) -> None:
    row = upload(ada, "deals", BAD, source="{}")
    english, indonesian = page_of(ada, row), page_of(sri, row)
    assert "No person has this external id or e-mail address. Import the people first" in english
    assert "Tidak ada orang dengan ID eksternal atau alamat email ini. Impor orangnya lebih dulu" in indonesian
    assert "amounts stay below 1,000,000,000,000,000." in english
    assert "Nilai ini terlalu besar: nilainya harus di bawah 1.000.000.000.000.000." in indonesian
    assert "No person" not in indonesian


def test_what_a_message_is_filled_with_is_shown_as_text_and_never_as_a_template(sri: Client) -> None:
    deals = "external_id,owner,splits\nD1,ana,<b>%(role)s</b>\n"
    row = upload(sri, "deals", deals, source="{}")
    page = sri.get(url("import", row.pk)).content.decode()
    assert "&#x27;&lt;b&gt;%(role)s&lt;/b&gt;&#x27; bukan bagian." in page


def test_a_file_that_can_not_be_used_is_explained_in_the_readers_language(ada: Client, sri: Client) -> None:
    row = upload(ada, "deals", "external_id,amount\n" + "".join(f"D{n},x\n" for n in range(2_500)), source="{}")
    assert row.report["fatal"][0]["params"]["bad"] == 2_000
    assert "2,000 of the first 2,000 rows can't be used" in page_of(ada, row)
    indonesian = page_of(sri, row)
    assert "2.000 dari 2.000 baris pertama tidak bisa dipakai" in indonesian
    assert "Masalah pertama ada di baris 2, amount 'x': Ini bukan nilai uang. Tulis angka" in indonesian


def test_what_services_below_refuse_is_said_in_the_readers_language(ada: Client, sri: Client) -> None:
    row = upload(sri, "people", "external_id,manager\nmia,ana\n", source="{}")
    assert "Melalui orang lain, Mia akan melapor kepada dirinya sendiri." in page_of(sri, row)
    assert "Mia would report to herself or himself through others." in page_of(ada, row)


def test_mistakes_in_a_mapping_are_said_in_the_readers_language(sri: Client) -> None:
    response = send(sri, "deals", GOOD, source="deals: {curency: USD, decimal: x}")
    errors = response.context["form"].errors["source"]
    assert errors == [
        "deals.decimal: Tulis salah satu dari '.', ','.",
        "deals.curency: Ini bukan kunci pemetaan. Perbaiki ejaannya atau hapus.",
    ]
    response = sri.post(url("mapping-new"), {"name": "A", "source": "deals: ["})
    assert "Pemetaan ini bukan YAML di baris 1" in text_of(response)


def test_choosing_columns_is_corrected_in_the_readers_language(sri: Client) -> None:
    send(sri, "deals", "Id,Owner\nD1,ana\n")
    row = Import.objects.get()
    response = sri.post(url("import-columns", row.pk), {"column-owner": "column:Owner", "decimal": ".", "numbers": "."})
    assert response.status_code == 422
    assert "Tidak ada kolom yang memuat ID eksternal. Berkas ini punya: 'Id', 'Owner'." in text_of(response)


def test_the_refused_rows_and_the_command_speak_english(sri: Client, capsys: pytest.CaptureFixture[str]) -> None:
    row = upload(sri, "deals", BAD, source="{}")
    assert '"owner: No person has this external id or e-mail address.' in row.refused_file.read().decode()
    with pytest.raises(SystemExit):
        call_command("import", "deals", row.file.path, "--json")
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert [problem["line"] for problem in problems] == [4, 5]
    assert problems[1] == {
        "line": 5,
        "column": "amount",
        "value": "1e400",
        "what": "The amount is too large: amounts stay below 1,000,000,000,000,000.",
        "fix": "Check its decimal sign.",
    }
