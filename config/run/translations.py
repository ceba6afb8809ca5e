"""Compile, update and check the translations without a system gettext.

`python -m config.run.translations compile|update|check`. The messages of templates are found as Django finds them:
`templatize` turns a template into something that reads like Python calls of gettext.
"""

import io
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from config.run.output import say
from config.run.places import CHECKOUT

LOCALE = CHECKOUT / "locale"
NOT_SOURCE = {".venv", ".run", ".git", "tests", "static", "locale", "node_modules", "migrations", "shots", "docs"}
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "told": None,  # sales.engine.problems: what the engine says in English and pages say in their language
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def compile_all(locale: Path = LOCALE) -> None:
    """Write the .mo file of each .po file that is newer than its own."""
    for source in locale.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        unfinished = target.with_suffix(f".mo.{os.getpid()}")
        with unfinished.open("wb") as file:
            write_mo(file, _read(source))
        unfinished.replace(target)  # a server beside us never reads half a file


def problems(locale: Path = LOCALE, sources: Path = CHECKOUT) -> list[str]:
    """Return what is missing or wrong in the translations, one line each."""
    wanted = list(messages(sources))
    return [
        f"{source.relative_to(locale)}: {problem}"
        for source in sorted(locale.glob("*/LC_MESSAGES/django.po"))
        for problem in _problems_of(_read(source), wanted)
    ]


def messages(root: Path) -> Iterator[Message]:
    """Yield every translatable message of the Python files and templates under `root`, with where it stands."""
    for path in sorted(_sources(root)):
        place = path.relative_to(root).as_posix()
        text = path.read_text()
        if path.suffix != ".py":
            text = _readable_as_python(templatize(text, origin=place))
        for line, text_or_texts, _comments, context in extract(
            "python", io.BytesIO(text.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"}
        ):
            yield Message(text_or_texts, locations=[(place, line)], context=context)


def update(locale: Path = LOCALE, sources: Path = CHECKOUT) -> None:
    """Make the .po files hold what the sources do: new messages untranslated, and each with the files it stands in.

    A message that the sources no longer have goes, unless a comment says why it is here (texts of other packages). The
    header, glossary included, stays as its translators wrote it.
    """
    wanted = list(messages(sources))
    for source in sorted(locale.glob("*/LC_MESSAGES/django.po")):
        header = source.read_text().lstrip().split("\n\n", 1)[0]
        catalog = _read(source)
        _place(catalog, wanted)
        with source.open("wb") as file:
            file.write(f"{header}\n\n".encode())
            write_po(file, catalog, width=120, omit_header=True, include_lineno=False, sort_by_file=True)


def _place(catalog: Catalog, wanted: Iterable[Message]) -> None:
    for message in catalog:
        message.locations = []
    for message in wanted:
        catalog.add(message.id, locations=message.locations, context=message.context)
    for message in list(catalog):
        if message.id and not message.locations and not message.user_comments:
            catalog.delete(message.id, message.context)


def _sources(root: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if name not in NOT_SOURCE]
        yield from (Path(folder) / name for name in files if name.endswith((".py", ".html", ".txt")))


def _readable_as_python(text: str) -> str:
    """Keep the gettext calls of a templatized page; what stands around them is no Python."""
    call = re.compile(r"(?:\b_|n?p?gettext)\((?:[^()\"']|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')*\)")
    return "\n".join(" ; ".join(match.group() for match in call.finditer(line)) for line in text.split("\n"))


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def _problems_of(catalog: Catalog, wanted: Iterable[Message]) -> Iterator[str]:
    for message in wanted:
        found = catalog.get(message.id, message.context)
        place = ":".join(map(str, message.locations[0]))
        if found is None or not _is_translated(found):
            yield f"no translation of {message.id!r} ({place})"
        else:
            yield from (f"{error} in the translation of {message.id!r} ({place})" for error in found.check(catalog))


def _is_translated(message: Message) -> bool:
    texts = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
    return bool(texts) and all(texts) and not message.fuzzy


def main(arguments: list[str]) -> int:
    """Do what the first argument says; return 1 when `check` finds something."""
    match arguments:
        case ["compile"]:
            compile_all()
        case ["update"]:
            update()
        case ["check"]:
            found = problems()
            for problem in found:
                say(problem)
            return 1 if found else 0
        case _:
            say("Usage: python -m config.run.translations compile|update|check")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
