"""docs/openapi.yaml is what the code answers."""

from pathlib import Path

from django.core.management import call_command

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "openapi.yaml"


def test_the_document_is_current_and_sound(tmp_path: Path) -> None:
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", file=str(made), validate=True, fail_on_warn=True)
    assert made.read_text() == DOCUMENT.read_text(), "Run: python manage.py spectacular --file docs/openapi.yaml"
