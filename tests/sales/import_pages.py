"""The pages of imports as tests use them: forms sent, a worker's work done, pages as text."""

from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import User
from sales import services
from sales.models import Import

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TODAY = date(2026, 11, 23)
QUICKSTART = Path(__file__).resolve().parents[2] / "docs" / "quickstart"
FILES = {
    "people": ("sales_teams.csv", 10, 0),
    "customers": ("accounts.csv", 9, 0),
    "products": ("products.csv", 5, 0),
    "deals": ("sales_pipeline.csv", 0, 0),
}
DEALS = "external_id,owner,amount,status,closed_on\n"
GOOD = DEALS + "D1,ana,100,won,2026-01-05\nD2,ben,200,won,2026-01-06\n"
BAD = GOOD + "D3,zoe,300,won,2026-01-07\nD4,ana,1e400,won,2026-01-08\n"


Response = Any  # of the test client: an HttpResponse with context and url


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def url(name: str, *args: object) -> str:
    return reverse(f"sales:{name}", args=args)


def text_of(response: object) -> str:
    content: bytes = response.content  # type: ignore[attr-defined]
    return " ".join(
        unescape(strip_tags(content.decode().replace("<", " <"))).replace("\N{NO-BREAK SPACE}", " ").split()
    )


def upload(client: Client, kind: str, content: str | bytes, name: str = "file.csv", **chosen: object) -> Import:
    """Send the form as its page sends it, and have a worker's work done."""
    response = send(client, kind, content, name, **{"dry_run": "on", **chosen})
    assert response.status_code == 302, text_of(response)
    return worked(Import.objects.latest("pk"))


def send(client: Client, kind: str, content: str | bytes, name: str = "file.csv", **chosen: object) -> Response:
    data = content.encode() if isinstance(content, str) else content
    return client.post(url("import-new"), {"kind": kind, "file": SimpleUploadedFile(name, data), **chosen})


def worked(row: Import) -> Import:
    services.run_import(import_id=row.pk, now=NOW, today=TODAY)
    row.refresh_from_db()
    return row


def page_of(client: Client, row: Import) -> str:
    response = client.get(url("import", row.pk))
    assert response.status_code == 200
    return text_of(response)


def apply(client: Client, row: Import, **chosen: str) -> Import:
    assert client.post(url("import-apply", row.pk), chosen).status_code == 302
    row.refresh_from_db()
    return worked(row)


def counts(row: Import) -> tuple[int, int, int, int]:
    return row.created, row.changed, row.unchanged, row.refused
