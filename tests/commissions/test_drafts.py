"""Drafts by page and by service: two administrators, one text."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import Role, User
from commissions import selectors, services
from commissions.engine.document import PlanInvalid
from commissions.models import Plan, PlanVersion, StaleStatement
from tests.commissions.facts import FLAT, NOW, TIERED, TODAY, assign, published
from tests.conftest import Cast, person

pytestmark = pytest.mark.django_db

JULY = date(2026, 7, 1)
NINE = FLAT.replace("10%", "9%")


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def create(source: str, by: User) -> PlanVersion:
    return services.create_draft(source=source, acting_user=by, now=NOW)


def change(draft: PlanVersion, source: str, by: User, revision: int | None = None) -> PlanVersion:
    at = draft.revision if revision is None else revision
    return services.change_draft(version=draft, revision=at, source=source, acting_user=by, now=NOW)


def publish(draft: PlanVersion, by: User, revision: int | None = None) -> PlanVersion:
    return services.publish_version(version=draft, from_date=JULY, acting_user=by, now=NOW, revision=revision)


def eva() -> User:
    return person("Eva", Role.ADMIN)


def test_a_new_draft_keeps_its_text_and_who_wrote_it(cast: Cast) -> None:
    draft = create(FLAT, cast.ada)
    assert (draft.number, draft.status, draft.source, draft.revision) == (1, "draft", FLAT, 1)
    assert (draft.saved_by, draft.saved_at) == (cast.ada, NOW)


def test_a_second_draft_of_a_plan_is_refused_and_leads_to_the_first(cast: Cast) -> None:
    first = create(FLAT, cast.ada)
    with pytest.raises(services.DraftExists, match="Flat has a draft already") as refused:
        create(NINE, cast.ada)
    assert refused.value.draft == first


def test_the_database_refuses_a_second_draft_of_a_plan(cast: Cast) -> None:
    draft = create(FLAT, cast.ada)
    with pytest.raises(IntegrityError, match="one_draft"), transaction.atomic():
        PlanVersion.objects.create(plan=draft.plan, number=2, document={}, source="", hash="")


def test_saving_again_counts_the_revision_and_names_the_last(cast: Cast) -> None:
    draft = change(create(FLAT, cast.ada), NINE, other := eva())
    assert (draft.revision, draft.saved_by, draft.source) == (2, other, NINE)


def test_nobody_saves_over_what_another_saved_meanwhile(cast: Cast) -> None:
    draft = create(FLAT, cast.ada)
    change(draft, NINE, eva())
    with pytest.raises(services.DraftChanged, match=r"^Eva saved this draft at .*, after you opened it\.$"):
        change(draft, FLAT.replace("10%", "8%"), cast.ada, revision=1)
    draft.refresh_from_db()
    assert draft.source == NINE


def test_a_draft_that_was_published_meanwhile_is_not_changed(cast: Cast) -> None:
    draft = create(FLAT, cast.ada)
    publish(draft, eva())
    with pytest.raises(services.DraftChanged, match="was published after you opened it"):
        change(draft, NINE, cast.ada)


def test_what_is_no_plan_is_not_saved(cast: Cast) -> None:
    draft = create(FLAT, cast.ada)
    with pytest.raises(PlanInvalid):
        change(draft, "plan: nothing", cast.ada)
    draft.refresh_from_db()
    assert (draft.source, draft.revision) == (FLAT, 1)


def test_a_plan_that_was_never_published_may_change_its_name(cast: Cast) -> None:
    change(create(FLAT, cast.ada), FLAT.replace("plan: Flat", "plan: Plain"), cast.ada)
    assert list(Plan.objects.values_list("name", flat=True)) == ["Plain"]


def test_a_draft_takes_no_name_of_another_plan(cast: Cast) -> None:
    published(TIERED)
    draft = create(FLAT, cast.ada)
    with pytest.raises(services.PlanRefused, match="There is another plan called Account Executive"):
        change(draft, FLAT.replace("plan: Flat", "plan: Account Executive"), cast.ada)


def test_a_draft_of_a_published_plan_keeps_its_name(cast: Cast) -> None:
    published(FLAT)
    draft = create(NINE, cast.ada)
    with pytest.raises(services.PlanRefused, match="This is a draft of Flat"):
        change(draft, NINE.replace("plan: Flat", "plan: Plain"), cast.ada)
    draft.refresh_from_db()
    assert draft.source == NINE


def test_who_saved_a_draft_last_does_not_publish_it_while_another_could(cast: Cast) -> None:
    eva()
    with pytest.raises(services.PlanRefused, match=r"somebody else must review and publish it: Eva\.$"):
        publish(create(FLAT, cast.ada), cast.ada)


def test_another_administrator_publishes_and_both_names_are_kept(cast: Cast) -> None:
    version = publish(create(FLAT, cast.ada), other := eva())
    version.refresh_from_db()
    assert (version.saved_by, version.published_by, version.published_alone) == (cast.ada, other, False)


def test_the_only_administrator_publishes_alone_and_that_is_kept(cast: Cast) -> None:
    former = eva()
    former.is_active = False
    former.save()
    version = publish(create(FLAT, cast.ada), cast.ada)
    version.refresh_from_db()
    assert (version.published_by, version.published_alone) == (cast.ada, True)


def test_the_database_refuses_one_person_for_both(cast: Cast) -> None:
    draft = create(FLAT, cast.ada)
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        PlanVersion.objects.filter(pk=draft.pk).update(
            status="published", during=DateRange(JULY, None), published_at=NOW, published_by=cast.ada
        )


@pytest.mark.parametrize("change", ["saved_by_id = NULL", "saved_at = now()", "revision = 9", "published_alone = true"])
def test_the_database_keeps_who_saved_a_published_version(cast: Cast, change: str) -> None:
    publish(create(FLAT, cast.ada), eva())
    with (
        pytest.raises(IntegrityError, match="who saved and reviewed it never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE commissions_planversion SET {change}")


def test_only_the_revision_that_was_reviewed_is_published(cast: Cast) -> None:
    draft = create(FLAT, cast.ada)
    change(draft, NINE, cast.ada)
    with pytest.raises(services.DraftChanged, match="Ada saved this draft"):
        publish(draft, eva(), revision=1)
    assert publish(draft, User.objects.get(name="Eva"), revision=2).source == NINE


def test_a_retired_version_ends_on_its_day_and_its_payees_are_noted(cast: Cast) -> None:
    version = published(FLAT)
    assign(version.plan, cast.ana)
    StaleStatement.objects.all().delete()
    services.retire_version(version=version, from_date=JULY, acting_user=cast.ada, now=NOW)
    version.refresh_from_db()
    assert (version.status, version.during) == ("published", DateRange(date(2026, 1, 1), JULY))
    assert (version.retired_by, version.retired_at) == (cast.ada, NOW)
    assert list(StaleStatement.objects.values_list("payee_id", "on")) == [(cast.ana.pk, JULY)]


def test_a_version_retired_before_its_first_day_was_never_in_force(cast: Cast) -> None:
    version = published(FLAT, from_date=JULY)
    services.retire_version(version=version, from_date=date(2026, 1, 1), acting_user=cast.ada, now=NOW)
    version.refresh_from_db()
    assert (version.status, version.during.isempty) == ("retired", True)


def test_what_is_not_in_force_is_not_retired(cast: Cast) -> None:
    with pytest.raises(services.PlanRefused, match="isn't published"):
        services.retire_version(version=create(FLAT, cast.ada), from_date=JULY, acting_user=cast.ada, now=NOW)
    version = published(TIERED)
    services.retire_version(version=version, from_date=JULY, acting_user=cast.ada, now=NOW)
    with pytest.raises(services.PlanRefused, match="ends before"):
        services.retire_version(version=version, from_date=date(2026, 8, 1), acting_user=cast.ada, now=NOW)


def test_a_deleted_draft_takes_its_plan_along_when_that_has_no_other_version(cast: Cast) -> None:
    draft = create(FLAT, cast.ada)
    with pytest.raises(services.DraftChanged):
        services.discard_draft(version=draft, revision=7)
    services.discard_draft(version=draft, revision=1)
    assert not Plan.objects.exists()


def test_an_assessment_says_where_errors_are() -> None:
    (error,) = selectors.assess(TIERED.replace("rate: 10%", "rate: 50"), TODAY).errors
    assert (error.line, error.path) == (11, "components[0].curve[1].rate")
    assert error.message == "50 means 5000%; 1000% is the most. Was 50% meant?"


def test_an_assessment_says_what_changes_against_the_version_in_force() -> None:
    first = published(FLAT)
    assessment = selectors.assess(NINE, TODAY)
    assert (assessment.compared, assessment.errors, assessment.failing) == (first, (), 0)
    assert [group.texts for group in assessment.changes] == [("The rate falls from 10% to 9%.",)]
