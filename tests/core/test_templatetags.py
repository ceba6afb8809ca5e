"""What a reader sees of amounts, shares and dates; and that every component renders, in both languages."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.db.backends.postgresql.psycopg_any import DateRange
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.html import strip_tags
from django.utils.translation import override

from core.templatetags import drawing, formats

JUNE = DateRange(date(2026, 6, 1), date(2026, 7, 1))


def written(source: str, language: str = "en", **context: object) -> str:
    """The words of a template, without its tags; unbreakable spaces as spaces."""
    return " ".join(unescape(strip_tags(rendered(source, language, **context))).split())


def rendered(source: str, language: str = "en", **context: object) -> str:
    with override(language):
        return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("minor", "currency", "english", "indonesian"),
    [
        (425_000_000, "IDR", "IDR 4,250,000", "Rp 4.250.000"),
        (1_234_567_890_155, "IDR", "IDR 12,345,678,901.55", "Rp 12.345.678.901,55"),
        (123_450, "USD", "$1,234.50", "US$1.234,50"),
        (-123_450, "USD", "−$1,234.50", "−US$1.234,50"),
        (0, "USD", "$0.00", "US$0,00"),
        (12, "JPY", "¥12", "JP¥12"),
        (1_234_567, "KWD", "KWD 1,234.567", "KWD 1.234,567"),
        (10**17 - 1, "IDR", "IDR 999,999,999,999,999.99", "Rp 999.999.999.999.999,99"),
    ],
)
def test_money_follows_the_readers_locale_and_its_own_currency(
    minor: int, currency: str, english: str, indonesian: str
) -> None:
    for language, text in (("en", english), ("id", indonesian)):
        with override(language):
            assert written("{{ minor|money_text:currency }}", language, minor=minor, currency=currency) == text


def test_spare_zeros_of_rupiah_are_kept_for_columns_that_have_sen() -> None:
    assert '<span class="money-spare">.00</span>' in rendered("{{ 1200|money:'IDR' }}")
    assert "data-has-part" not in rendered("{{ 1200|money:'IDR' }}")
    assert "data-has-part" in rendered("{{ 1250|money:'IDR' }}")
    assert "data-has-part" not in rendered("{{ 1250|money:'USD' }}")


@pytest.mark.parametrize(
    ("minor", "english", "indonesian"),
    [
        (1_240_000_000, "IDR 12.4M", "Rp 12,4 jt"),
        (1_234_500_000_000, "IDR 12.3B", "Rp 12,3 M"),
        (999_950_00, "IDR 1M", "Rp 1 jt"),
        (9_999_49, "IDR 9,999", "Rp 9.999"),
        (99_999_999_999_999_99, "IDR 100T", "Rp 100 T"),
        (-1_240_000_000, "−IDR 12.4M", "−Rp 12,4 jt"),
    ],
)
def test_short_money_has_three_figures_and_the_full_amount_for_readers(
    minor: int, english: str, indonesian: str
) -> None:
    for language, text in (("en", english), ("id", indonesian)):
        with override(language):
            assert formats.short_money(minor, "IDR", language).replace(formats.NBSP, " ") == text
            full = formats.written_money(minor, "IDR", language).text
        assert f'title="{full}"' in rendered("{{ minor|money_short:'IDR' }}", language, minor=minor)


@pytest.mark.parametrize(
    ("share", "english"),
    [
        (Fraction(1, 3), "33.3%"),
        (Decimal("0.725"), "72.5%"),
        (Decimal("0.9996"), "99.9%"),
        (1, "100%"),
        (Fraction(137, 100), "137%"),
        (0, "0%"),
        (Fraction(-1, 8), "−12.5%"),
    ],
)
def test_a_share_is_rounded_half_up_but_never_up_to_the_whole(share: formats.Exact, english: str) -> None:
    assert written("{{ share|percent }}", share=share) == english
    assert written("{{ share|percent }}", "id", share=share) == english.replace(".", ",")


def test_what_is_absent_is_a_dash_in_every_filter() -> None:
    source = (
        "{{ x|money:'IDR' }}{{ x|money_short:'IDR' }}{{ x|percent }}{{ x|number }}{{ x|day }}{{ x|days }}{{ x|moment }}"
    )
    assert written(source, x=None) == "–" * 7


@pytest.mark.parametrize(
    ("during", "text"),
    [
        (JUNE, "1 – 30 Jun 2026"),
        (DateRange(date(2026, 1, 1), date(2026, 4, 1)), "1 Jan – 31 Mar 2026"),
        (DateRange(date(2025, 12, 1), date(2026, 2, 1)), "1 Dec 2025 – 31 Jan 2026"),
        (DateRange(date(2026, 6, 1), date(2026, 6, 2)), "1 Jun 2026"),
        (DateRange(date(2026, 6, 1), None), "since 1 Jun 2026"),
        (DateRange(None, date(2026, 6, 1)), "until 31 May 2026"),
        (DateRange(None, None), "always"),
    ],
)
def test_a_range_of_days_is_written_with_its_last_day(during: DateRange, text: str) -> None:
    assert written("{{ during|days }}", during=during) == text


def test_a_moment_is_local_to_the_company() -> None:
    assert written("{{ at|moment }}", at=datetime(2026, 11, 23, 17, 5, tzinfo=UTC)) == "24 Nov 2026, 00:05"


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("{% delta 2 kind='rank' %}", "2 up 2 places"),
        ("{% delta minus_one kind='rank' %}", "1 down 1 place"),
        ("{% delta 120000 currency='USD' %}", "+$1,200 more than before"),
        ("{% delta 0 %}", "no change"),
        ("{% delta nothing %}", "nothing to compare with"),
    ],
)
def test_a_change_is_told_by_sign_arrow_and_words(tag: str, text: str) -> None:
    assert written(tag, minus_one=-1, nothing=None) == text


def test_a_change_that_is_good_when_it_falls_is_green_when_it_falls() -> None:
    assert "delta-good" in rendered("{% delta x good='down' %}", x=-1)
    assert "delta-bad" in rendered("{% delta x good='down' %}", x=1)


def test_a_ring_draws_what_lies_beyond_the_goal_on_a_second_lap() -> None:
    html = rendered("{% ring share %}", "id", share=Fraction(137, 100))
    assert 'stroke-dasharray="100.00 100"' in html
    assert 'stroke-dasharray="37.00 100"' in html
    assert 'aria-label="137%"' in html


def test_a_curve_goes_up_at_a_jump_and_marks_you_and_the_next_step() -> None:
    drawn = drawing.draw_curve([(0, 0), (50, 0), (50, 10), (100, 30)], you=25, room=1)
    assert drawn.line == "M0.00 100.00 L50.00 100.00 L50.00 66.67 L100.00 0.00"
    assert drawn.you == drawing.Mark(Decimal("25.00"), Decimal("100.00"), Fraction(25), Fraction(0))
    assert drawn.next_step is not None
    assert drawn.next_step.value == 50


def test_a_curve_stretches_when_you_are_beyond_its_end() -> None:
    drawn = drawing.draw_curve([(0, 0), (100, 10)], you=200)
    assert drawn.you is not None
    assert drawn.end == 220
    assert drawn.you.result == 20
    assert drawn.next_step is None


def test_on_a_step_you_have_what_it_gives() -> None:
    drawn = drawing.draw_curve([(0, 0), (50, 0), (50, 10), (100, 30)], you=50)
    assert drawn.you is not None
    assert drawn.you.result == 10


def test_a_flat_curve_of_zero_can_be_drawn() -> None:
    assert drawing.draw_curve([(0, 0), (100, 0)]).line == "M0.00 100.00 L100.00 100.00"


def test_a_person_keeps_the_same_colour_and_initials() -> None:
    assert written("{{ 'Raden Ajeng Kusuma'|initials }} {{ 'gita'|initials }} {{ ''|initials }}") == "RK G ?"
    assert rendered("{{ 'Ana'|hue }}") == rendered("{{ 'Ana'|hue }}")


def test_names_of_people_are_escaped() -> None:
    assert "&lt;b&gt;" in rendered("{% person name %}", name="<b>Bob</b>")


def test_a_navigation_entry_without_its_view_is_left_out() -> None:
    assert rendered("{% nav_link 'nowhere:at-all' 'home' 'Nowhere' %}").strip() == ""


class Form(forms.Form):
    name = forms.CharField(help_text="As on the contract.")
    team = forms.ChoiceField(choices=[("w", "West")], required=False)
    active = forms.BooleanField(required=False)
    roles = forms.MultipleChoiceField(choices=[("r", "Rep")], widget=forms.CheckboxSelectMultiple)


def test_a_refused_field_says_why_and_is_tied_to_its_error() -> None:
    html = rendered("{% field form.name %}", form=Form({"name": ""}))
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'class="form-control is-invalid"' in html


EVERYTHING = """
<c-page-header title="Statement" eyebrow="Ana" text="Lead" back="/"><c-slot name="actions">Act</c-slot></c-page-header>
<c-card title="Card" subtitle="Sub" icon_name="home">
<c-stat label="Earned" id="x" size="hero">{{ 100|money:"IDR" }}</c-stat></c-card>
<c-ring :share="share" label="of quota" id="r" />
{% curve points you=you x_currency="USD" y_currency="USD" label="Pay" %}
<c-pace :share="share" :expected="share" label="Pace" /><c-progress :share="share" label="Run" id="p" text="7 of 10" />
<c-why sentence="Because."><tbody><tr><td>1</td></tr></tbody></c-why>
<c-data-table caption="Rows"><tbody><tr><td class="num">1</td></tr></tbody></c-data-table>
<c-filter-bar action="/" target="rows"><label>Search <input name="q"></label></c-filter-bar>
<c-timeline><c-timeline-item what="Closed" at="today" who="Finn" tone="good" /></c-timeline>
<c-podium><c-podium-place place="1" name="Ana" team="West" id="p1">1</c-podium-place></c-podium>
<ol>
<c-rank-row place="1" :move="2" name="Ana" team="West" id="r1" mine="1" :share="share" gap="2 behind">5</c-rank-row>
</ol>
<c-status tone="good" icon_name="lock">Closed</c-status><c-person :user="name" team="West" />
<c-empty title="Nothing yet" text="Soon." icon_name="receipt">Go</c-empty>
{% include "components/form.html" %}{% include "components/pagination.html" %}
"""


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_component_renders_complete(language: str, tmp_path: Path, settings: SimpleNamespace) -> None:
    (tmp_path / "everything.html").write_text(EVERYTHING)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]
    points = [(0, 0), (50_000_00, 2_500_00), (100_000_00, 6_500_00)]
    context = {
        "share": Fraction(72, 100), "points": points, "you": 72_000_00, "name": "Ana", "form": Form({}),
        "page": Paginator(range(30), 10).page(2),
    }  # fmt: skip
    with override(language):
        html = render_to_string("everything.html", context, RequestFactory().get("/"))
    assert "<c-" not in html
    assert "{{" not in html
    for text in ("Statement", "Act", "Because.", "Closed", "72%", "Soon.", "aria-current", "page=3"):
        assert text in html


def test_no_page_carries_a_script_or_a_style_of_its_own() -> None:
    for template in Path("templates").rglob("*.html"):
        text = template.read_text()
        assert "style=" not in text, template
        assert "<style" not in text, template
        assert "onclick" not in text, template
        assert text.count("<script") == text.count("<script src="), template


def test_every_icon_in_use_is_in_the_sprite() -> None:
    names = {*Path("static/vendor/icons.txt").read_text().split()}
    sprite = Path("static/vendor/tabler/icons.svg").read_text()
    assert all(f'id="{name}"' in sprite for name in names)
    used = set()
    for template in Path("templates").rglob("*.html"):
        text = template.read_text()
        for mark in ('{% icon "', 'icon_name="'):
            used |= {part.split('"')[0] for part in text.split(mark)[1:]}
    assert {name for name in used if name and "{" not in name and "." not in name} <= names  # a.b: of a variable


def test_every_step_of_a_curve_is_marked_and_the_last_is_always_labelled() -> None:
    points = [(0, 0), (4, 0), (4, 5), (20, 5), (20, 9), (40, 9), (40, 15), (80, 15), (80, 20), (100, 20)]
    drawn = rendered("{% curve points %}", points=points)
    assert drawn.count('class="curve-step"') == 4
    labels = re.findall(r'class="curve-label"[^>]*>([^<]*)<', drawn)
    assert labels == ["4", "20", "40", "80", "23", "100"]


def test_steps_that_are_close_are_both_labelled_and_only_in_a_wide_box_where_their_labels_are_long() -> None:
    exact = [(Fraction(tenths, 10), y) for tenths, y in ((0, 0), (10, 10), (12, 20), (15, 40))]
    found = r'class="curve-label(-wide|)"[^>]*>([^<]*)<'
    drawn = rendered("{% curve points x_kind='share' %}", points=exact).replace("curve-label curve-", "curve-")
    assert re.findall(found, drawn) == [("", "100%"), ("", "120%"), ("", "45"), ("", "150%")]
    money = [(x * 1_000_000_00, y) for x, y in exact]
    drawn = rendered("{% curve points x_currency='IDR' %}", points=money).replace("curve-label curve-", "curve-")
    assert [size for size, text in re.findall(found, drawn) if text.startswith("IDR")] == ["-wide", "", "-wide"]


def test_the_end_of_an_axis_is_labelled_where_no_step_is_near() -> None:
    drawn = rendered("{% curve points %}", points=[(0, 0), (50, 0), (50, 10), (100, 30)])
    assert re.findall(r'class="curve-label"[^>]*>([^<]*)<', drawn) == ["50", "34", "100"]


def test_a_curve_needs_two_points() -> None:
    with pytest.raises(ValueError, match="at least two points"):
        rendered("{% curve points %}", points=[(0, 0)])


def test_an_unknown_tag_is_an_error_and_not_silence() -> None:
    with pytest.raises(TemplateSyntaxError):
        Template("{% rings 1 %}")
