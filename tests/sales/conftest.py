"""Imports as tests run them: a text in, the finished import out."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from sales import services
from sales.engine.fields import Kind
from sales.engine.mapping import load_document
from sales.models import Import, ImportMapping
from tests.conftest import Cast
from tests.sales.import_pages import NOW, QUICKSTART, TODAY, signed_in

Run = Callable[..., Import]


@pytest.fixture(autouse=True)
def _own_media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def run(db: None) -> Run:
    """run("deals", text or bytes, mapping="", dry_run=False, keep_good_rows=False, name="deals.csv")"""

    def run_one(
        kind: str,
        content: str | bytes,
        mapping: str = "",
        *,
        dry_run: bool = False,
        keep: bool = False,
        name: str = "x.csv",
    ) -> Import:
        row = services.start_import(
            kind=Kind(kind),
            file=BytesIO(content.encode() if isinstance(content, str) else content),
            file_name=name,
            mapping=load_document(mapping),
            dry_run=dry_run,
            keep_good_rows=keep,
            wake=False,
            acting_user=None,
            now=NOW,
        )
        done = services.run_import(import_id=row.pk, now=NOW, today=TODAY)
        assert done is not None
        done.refresh_from_db()
        return done

    return run_one


@pytest.fixture
def ada(cast: Cast) -> Client:
    return signed_in(cast.ada)


@pytest.fixture
def crm(db: None) -> ImportMapping:
    return services.save_mapping(mapping=None, name="CRM", source=(QUICKSTART / "crm.yaml").read_text("utf-8"))
