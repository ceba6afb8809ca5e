import gettext
from pathlib import Path

import pytest

from config.run import translations

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Earned"
msgstr "Diperoleh"

#, fuzzy
msgid "Rank"
msgstr "Tebakan"

#, python-format
msgid "%(n)s deal"
msgid_plural "%(n)s deals"
msgstr[0] "%(n)s transaksi"
"""


@pytest.fixture
def locale(tmp_path: Path) -> Path:
    folder = tmp_path / "locale" / "id" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(PO)
    return tmp_path / "locale"


def test_compiled_translations_are_what_gettext_reads(locale: Path) -> None:
    translations.compile_all(locale)
    with (locale / "id/LC_MESSAGES/django.mo").open("rb") as file:
        found = gettext.GNUTranslations(file)
    assert found.gettext("Earned") == "Diperoleh"
    assert found.gettext("Rank") == "Rank"
    assert found.ngettext("%(n)s deal", "%(n)s deals", 2) == "%(n)s transaksi"


def test_an_unchanged_catalog_is_not_compiled_again(locale: Path) -> None:
    translations.compile_all(locale)
    before = (locale / "id/LC_MESSAGES/django.mo").stat().st_ino
    translations.compile_all(locale)
    assert (locale / "id/LC_MESSAGES/django.mo").stat().st_ino == before


def test_messages_are_found_in_python_and_in_templates(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        '_("Deal")\nngettext("One", "Many", 2)\npgettext("month", "May")\nother("No")\n'
        'told(\n    "Line %(line)s"\n    " is wrong.",\n    line=1,\n)\n'
    )
    (tmp_path / "b.html").write_text(
        "<p title='{% translate \"It's\" %}'>{{ _('Shown') }} don't\n"
        "{% blocktranslate trimmed count n=n %}\n  {{ n }} (rep)\n{% plural %}\n  {{ n }} reps\n"
        "{% endblocktranslate %}\n"
        '{% translate "May" context "month" as may %}{% comment %}{% translate "No" %}{% endcomment %}</p>'
    )
    found = [(message.id, message.context, message.locations) for message in translations.messages(tmp_path)]
    assert found == [
        ("Deal", None, [("a.py", 1)]),
        (("One", "Many"), None, [("a.py", 2)]),
        ("May", "month", [("a.py", 3)]),
        ("Line %(line)s is wrong.", None, [("a.py", 6)]),
        ("It's", None, [("b.html", 1)]),
        ("Shown", None, [("b.html", 1)]),
        (("%(n)s (rep)", "%(n)s reps"), None, [("b.html", 2)]),
        ("May", "month", [("b.html", 7)]),
    ]


def test_missing_fuzzy_and_broken_translations_are_named(locale: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.py").write_text('_("Earned")\n_("Rank")\n_("Quota")\n')
    assert translations.problems(locale, source) == [
        "id/LC_MESSAGES/django.po: no translation of 'Rank' (a.py:2)",
        "id/LC_MESSAGES/django.po: no translation of 'Quota' (a.py:3)",
    ]


def _updated(locale: Path, tmp_path: Path) -> str:
    source = tmp_path / "source"
    source.mkdir(exist_ok=True)
    (source / "a.py").write_text('_("Earned")\n_("Quota")\n_("Quota")\nngettext("%(n)s deal", "%(n)s deals", n)\n')
    translations.update(locale, source)
    return (locale / "id/LC_MESSAGES/django.po").read_text()


def test_updating_adds_what_is_missing_and_keeps_what_is_there(locale: Path, tmp_path: Path) -> None:
    text = _updated(locale, tmp_path)
    assert '#: a.py\nmsgid "Earned"\nmsgstr "Diperoleh"\n' in text
    assert '#: a.py\nmsgid "Quota"\nmsgstr ""\n' in text
    assert 'msgid_plural "%(n)s deals"\nmsgstr[0] "%(n)s transaksi"\n' in text


def test_updating_drops_what_the_sources_lost_unless_a_comment_says_why_it_stays(locale: Path, tmp_path: Path) -> None:
    po = locale / "id/LC_MESSAGES/django.po"
    po.write_text(PO + '\n# django-allauth\nmsgid "Sign up"\nmsgstr "Daftar"\n')
    text = _updated(locale, tmp_path)
    assert "Rank" not in text
    assert '# django-allauth\nmsgid "Sign up"\nmsgstr "Daftar"\n' in text


def test_updating_keeps_the_header_and_changes_nothing_the_second_time(locale: Path, tmp_path: Path) -> None:
    po = locale / "id/LC_MESSAGES/django.po"
    header = "# A glossary.\n" + PO.lstrip().split("\n\n", 1)[0]
    po.write_text(header + '\n\nmsgid "Earned"\nmsgstr "Diperoleh"\n')
    once = _updated(locale, tmp_path)
    assert once.startswith(header + "\n\n#: a.py\n")
    assert _updated(locale, tmp_path) == once
