"""`plan schema`, `plan diff` and `plan init`, as somebody at a terminal uses them."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from accounts.models import Role
from commissions import selectors, services
from commissions.engine.document import json_schema, load_plan
from commissions.engine.examples import run_examples
from commissions.models import PlanVersion
from tests.commissions.facts import FLAT, NOW, TIERED, published
from tests.conftest import Cast, person

ROOT = Path(__file__).resolve().parents[2]
SLUGS = sorted(path.stem for path in selectors.templates.FOLDER.glob("*.yaml"))


def plan(*arguments: object) -> str:
    out = StringIO()
    call_command("plan", *map(str, arguments), stdout=out)
    return out.getvalue()


def files(tmp_path: Path, *texts: str) -> list[Path]:
    paths = [tmp_path / f"{number}.yaml" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return paths


def test_the_schema_is_printed() -> None:
    assert json.loads(plan("schema")) == json_schema()


def test_two_files_are_compared_in_words(tmp_path: Path) -> None:
    paths = files(tmp_path, TIERED, TIERED.replace("rate: 5%", "rate: 6%"))
    assert plan("diff", *paths) == "New business\n  The rate from 0% rises from 5% to 6%.\n"


def test_a_difference_is_told_as_json_too(tmp_path: Path) -> None:
    paths = files(tmp_path, FLAT, FLAT.replace("10%", "9%"))
    assert json.loads(plan("diff", *paths, "--json")) == [
        {"component": "all", "name": "Everything", "changes": ["The rate falls from 10% to 9%."]}
    ]


def test_nothing_changed_is_said(tmp_path: Path) -> None:
    assert plan("diff", *files(tmp_path, FLAT, "# another comment\n" + FLAT)) == "Both say the same.\n"


def test_a_difference_is_told_in_the_readers_language() -> None:
    with translation.override("id"):
        (group,) = selectors.changes(load_plan(TIERED), load_plan(TIERED.replace("rate: 5%", "rate: 5.5%")))
    assert group.texts == ("Tarif mulai 0% naik dari 5% menjadi 5,5%.",)


@pytest.mark.django_db
def test_two_versions_are_compared_by_name_and_number() -> None:
    published(FLAT)
    published(FLAT.replace("10%", "12%"), from_date=NOW.date())
    assert plan("diff", "Flat", 1, 2) == "Everything\n  The rate rises from 10% to 12%.\n"


@pytest.mark.django_db
def test_a_version_that_is_not_there_is_refused_with_those_that_are() -> None:
    published(FLAT)
    with pytest.raises(CommandError, match=r"^Flat has no version 7. It has: 1.$"):
        plan("diff", "Flat", 1, 7)


def test_one_file_is_too_few_to_compare(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Write two files"):
        plan("diff", *files(tmp_path, FLAT))


@pytest.mark.parametrize("slug", SLUGS)
def test_every_template_is_a_plan_whose_examples_hold(slug: str) -> None:
    results = run_examples(load_plan(plan("init", slug)))
    assert [(result.name, result.passed) for result in results] == [(result.name, True) for result in results]
    assert results != []


def test_every_template_is_listed_by_the_command_and_in_the_docs() -> None:
    assert sorted(template.slug for template in selectors.plan_templates()) == SLUGS
    listed, documented = plan("init", "--list"), (ROOT / "docs" / "designing-plans.md").read_text()
    assert [slug for slug in SLUGS if f"{slug} " not in listed or f"| `{slug}` |" not in documented] == []


def test_a_template_is_written_to_a_new_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    assert "mine.yaml is written." in plan("init", "threshold", "--output", path)
    assert path.read_text() == selectors.template_source("threshold")
    path.write_text("mine")
    with pytest.raises(CommandError, match="is there already and stays as it is"):
        plan("init", "threshold", "--output", path)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("slug", ["nope", "../../manage", "/etc/passwd"])
def test_a_template_that_is_none_is_refused(slug: str) -> None:
    with pytest.raises(CommandError, match="There is no template"):
        plan("init", slug)


def test_what_is_odd_is_printed_by_check(tmp_path: Path) -> None:
    (path,) = files(tmp_path, FLAT.replace("10%", "5"))
    assert "components[0].rate: 5 means 500%: for every 100 sold it pays 500. Was 5% meant?" in plan("check", path)


@pytest.mark.django_db
def test_what_is_odd_is_published_when_somebody_is_sure(cast: Cast, tmp_path: Path) -> None:
    (path,) = files(tmp_path, FLAT.replace("10%", "5"))
    act = ("publish", path, "--from", "2026-12-01", "--as", cast.ada.email)
    with pytest.raises(CommandError, match="1 of 1 documents failed"):
        plan(*act)
    assert "is in force from 2026-12-01" in plan(*act, "--sure")


@pytest.mark.django_db
def test_the_command_line_obeys_the_rule_of_the_second_person(cast: Cast, tmp_path: Path) -> None:
    eva = person("Eva", Role.ADMIN)
    (path,) = files(tmp_path, FLAT)
    act = ("publish", path, "--from", "2026-12-01")
    for publisher in ((), ("--as", cast.ada.email)):
        with pytest.raises(CommandError, match="1 of 1 documents failed"):
            plan(*act, *publisher)
    assert "is in force from 2026-12-01" in plan(*act, "--as", eva.email)
    version = PlanVersion.objects.get()
    assert (version.saved_by, version.published_by, version.published_alone) == (cast.ada, eva, False)


@pytest.mark.django_db
def test_another_persons_draft_is_not_overwritten_from_a_file(cast: Cast, tmp_path: Path) -> None:
    eva = person("Eva", Role.ADMIN)
    services.create_draft(source=FLAT, acting_user=cast.ada, now=NOW)
    (path,) = files(tmp_path, FLAT.replace("10%", "9%"))
    with pytest.raises(CommandError):
        plan("publish", path, "--from", "2026-12-01", "--as", eva.email)
    assert PlanVersion.objects.get().source == FLAT


@pytest.mark.django_db
def test_who_is_no_administrator_publishes_nothing(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Ana is no administrator"):
        plan("publish", *files(tmp_path, FLAT), "--from", "2026-12-01", "--as", cast.ana.email)
