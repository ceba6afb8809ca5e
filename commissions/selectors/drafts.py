"""A plan's text as its editor sees it: what is wrong, what it says, whether its examples hold, what it changes."""

from dataclasses import dataclass
from datetime import date

from commissions.engine.document import PlanInvalid, document_hash, load_plan
from commissions.engine.lines import line_of
from commissions.engine.questions import questions
from commissions.engine.schema import PlanDocument
from commissions.engine.words import Told
from commissions.models import Plan, PlanVersion
from commissions.selectors.documents import document_of
from commissions.selectors.plans import ExampleRow, PlanPage, component_view, example_results, example_rows
from commissions.selectors.sections import PlanSection, plan_sections
from commissions.selectors.terms import terms_of
from commissions.selectors.words import ChangeGroup, changes, in_words

LONGEST_LINE = 120  # of a line that is shown beside its error


@dataclass(frozen=True, slots=True)
class SourceError:
    """What is wrong at a place of the text, or asked about."""

    line: int | None  # None where the message itself says it, or nothing does
    text: str  # of that line
    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Assessment:
    errors: tuple[SourceError, ...]  # when there are any, the rest is empty
    name: str
    currency: str
    sections: tuple[PlanSection, ...]
    terms: tuple[str, ...]  # between earned and payable
    examples: tuple[ExampleRow, ...]
    questions: tuple[SourceError, ...]  # what is allowed, but odd
    compared: PlanVersion | None  # what is in force under this name, else what was published last
    changes: tuple[ChangeGroup, ...]

    @property
    def failing(self) -> int:
        return sum(not example.passed for example in self.examples)


def assess(source: str, today: date) -> Assessment:
    """What the text says by itself; nothing is saved."""
    try:
        document = load_plan(source)
    except PlanInvalid as invalid:
        errors = tuple(_placed(source, error.path, error.said) for error in invalid.errors)
        return Assessment(errors, "", "", (), (), (), (), None, ())
    compared = in_force(document.plan, today)
    page = page_of(document)
    return Assessment(
        errors=(),
        name=document.plan,
        currency=document.currency,
        sections=plan_sections(page, ()),
        terms=tuple(terms_of(document)),
        examples=page.examples,
        questions=_asked(document, source),
        compared=compared,
        changes=changes(document_of(compared), document) if compared else (),
    )


def open_questions(version: PlanVersion) -> tuple[SourceError, ...]:
    """What a version says that is allowed, but odd: whoever publishes it says that it is meant."""
    return _asked(document_of(version), version.source)


def _asked(document: PlanDocument, source: str) -> tuple[SourceError, ...]:
    found = questions(document, example_results(document_hash(document), document))
    return tuple(_placed(source, question.path, question.said) for question in found)


def _placed(source: str, path: str, said: Told) -> SourceError:
    line = line_of(source, path)
    text = source.split("\n")[line - 1].strip()[:LONGEST_LINE] if line else ""
    return SourceError(line, text, path, in_words(said))


def changes_to(version: PlanVersion, source: str) -> tuple[ChangeGroup, ...]:
    """What a text would change in a saved version; nothing when the text is no plan."""
    try:
        document = load_plan(source)
    except PlanInvalid:
        return ()
    return changes(document_of(version), document)


def in_force(name: str, today: date) -> PlanVersion | None:
    """The version by which people of that plan are paid today, else the one published last."""
    published = PlanVersion.objects.filter(plan__name=name).exclude(status=PlanVersion.Status.DRAFT)
    found = published.filter(during__contains=today).first()
    return found or published.order_by("-number").first()


def page_of(document: PlanDocument) -> PlanPage:
    """The document as a page, without a version of its own."""
    digest = document_hash(document)
    return PlanPage(
        version=PlanVersion(plan=Plan(name=document.plan), number=0, hash=digest),
        document=document,
        currency=document.currency,
        in_force_from=None,
        in_force_until=None,
        components=tuple(component_view(document, component) for component in document.components),
        examples=example_rows(digest, document),
        versions=(),
        payees=0,
    )
