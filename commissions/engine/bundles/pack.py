"""Files in one ZIP of always the same bytes, and out of one that anybody may have made: nothing of it is trusted."""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

from commissions.engine.bundles.files import Files
from commissions.engine.bundles.refusals import BundleRefused
from commissions.engine.words import told

MOST_FILES: Final = 500
MOST_BYTES: Final = 2 << 30  # of all files together, unpacked
_NAME: Final = re.compile(r"([A-Za-z0-9_-]+/){0,2}[A-Za-z0-9_-]+\.(csv|json|txt)")
_WHEN: Final = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP knows: always the same
_BLOCK: Final = 1 << 20


def pack(files: Mapping[str, bytes], *, level: int = 6) -> bytes:
    """A ZIP of these files in the order of their names.

    >>> unpack(pack({"b.txt": b"2", "a.txt": b"1"}))
    {'a.txt': b'1', 'b.txt': b'2'}
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(name, _WHEN)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, content, compresslevel=level)
    return buffer.getvalue()


def unpack(content: bytes, *, most_bytes: int = MOST_BYTES) -> Files:
    """The files of a ZIP. Raises BundleRefused where it is damaged, too large, or has files of other names.

    What a file says of its own size isn't believed: reading stops where there is too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive, most_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, BundleRefused):
            raise
        raise BundleRefused(
            told("This isn't a whole ZIP file, or it was damaged on the way. Download the bundle again.")
        ) from None


def _read(archive: zipfile.ZipFile, most_bytes: int) -> Files:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(names) > MOST_FILES or len(set(names)) < len(names):
        raise BundleRefused(told("This isn't a bundle: it has too many files, or one of them twice."))
    files: Files = {}
    left = most_bytes
    for entry in sorted(entries, key=lambda each: each.filename):
        if not _NAME.fullmatch(entry.filename):
            raise BundleRefused(
                told("This isn't a bundle: it has a file of the name %(name)s.", name=ascii(entry.filename))
            )
        files[entry.filename] = _content(archive, entry, left)
        left -= len(files[entry.filename])
    return files


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    blocks, size = [], 0
    with archive.open(entry) as stream:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > most:
                raise BundleRefused(told("This isn't a bundle: unpacked, it is too large."))
            blocks.append(block)
    return b"".join(blocks)
