"""PDF, set by typst: from a source of ours, and texts that come as data. No network, no fonts but those we bring."""

import json
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import typst
from django.conf import settings

_SOURCES = Path(__file__).parent


def pdf(source: str, texts: dict[str, Any], *, made_at: datetime) -> bytes:
    """The document of the source with these texts. The same texts and instant give the same bytes."""
    compiler = typst.Compiler(
        _source(source), root=_SOURCES, font_paths=_fonts(), sys_inputs={"data": json.dumps(texts, ensure_ascii=False)}
    )
    return cast("bytes", compiler.compile(format="pdf", timestamp=int(made_at.timestamp())))


def fingerprint(source: str, texts: dict[str, Any], *, made_at: datetime) -> str:
    """What the bytes of that document depend on, told without making it."""
    told = json.dumps([version("typst"), texts, int(made_at.timestamp())], sort_keys=True).encode()
    return sha256(_source(source) + told).hexdigest()[:32]


@cache
def _source(name: str) -> bytes:
    return (_SOURCES / name).read_bytes()


@cache
def _fonts() -> typst.Fonts:
    """Inter, and typst's own for what it lacks."""
    return typst.Fonts(include_system_fonts=False, font_paths=[settings.BASE_DIR / "static" / "vendor" / "inter"])
