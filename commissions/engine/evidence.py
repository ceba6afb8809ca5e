"""What kind of file somebody hands in, by what it holds: its name alone proves nothing."""

from email import message_from_bytes
from io import BytesIO
from typing import Final
from zipfile import BadZipFile, ZipFile

from commissions.engine.roster import Refused
from commissions.engine.words import told

MOST_BYTES: Final = 5 * 1024 * 1024
_STARTS: Final = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "xlsx": b"PK\x03\x04"}
TYPES: Final = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain",
    "eml": "message/rfc822",
}


def type_of(name: str, content: bytes) -> str:
    """The content type of a file whose name and bytes agree. Raises Refused.

    >>> type_of("Letter.PDF", b"%PDF-1.7 ...")
    'application/pdf'
    >>> type_of("letter.pdf", b"MZ...")
    Traceback (most recent call last):
    commissions.engine.roster.Refused: ...
    """
    suffix = name.lower().rpartition(".")[2].replace("jpeg", "jpg")
    if suffix not in TYPES:
        raise Refused(told("Hand in a PDF, PNG, JPG, CSV, XLSX, TXT or EML file."))
    if not content:
        raise Refused(told("The file is empty. Choose it again."))
    if len(content) > MOST_BYTES:
        raise Refused(told("The file has more than %(most)s MB. Hand in a smaller one.", most=MOST_BYTES // 1024**2))
    if not _holds(suffix, content):
        raise Refused(told("The file isn't what its name says (%(suffix)s). Save it again as one.", suffix=suffix))
    return TYPES[suffix]


def _holds(suffix: str, content: bytes) -> bool:
    if suffix in _STARTS:
        return content.startswith(_STARTS[suffix]) and (suffix != "xlsx" or _is_workbook(content))
    if any(content.startswith(start) for start in _STARTS.values()) or not _is_text(content):
        return False
    return suffix != "eml" or _is_mail(content)


def _is_workbook(content: bytes) -> bool:
    """The directory at its end is read, nothing is unpacked."""
    try:
        return "xl/workbook.xml" in ZipFile(BytesIO(content)).namelist()
    except (BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def _is_text(content: bytes) -> bool:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    else:
        encoding = "utf-8" if _decodes(content, "utf-8") else "windows-1252"
    return _decodes(content, encoding) and (encoding == "utf-16" or b"\0" not in content)


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_mail(content: bytes) -> bool:
    found = message_from_bytes(content[:65_536])
    return any(found[header] for header in ("From", "Subject", "Date", "Received"))
