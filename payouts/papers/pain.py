"""SEPA credit transfers: ISO 20022 pain.001, in the versions .001.03 and .001.09. Validated before it is handed out."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final
from xml.etree import ElementTree as ET

from xmlschema import XMLSchema, XMLSchemaValidationError

from core.money import to_major
from payouts.engine.orders import Order, PaperRefused, Sender, Transmission
from payouts.papers.letters import sepa

VERSIONS: Final = ("03", "09")
CURRENCY: Final = "EUR"
_LONGEST_NAME: Final = 70
_LONGEST_TEXT: Final = 140


def pain_001(version: str, sender: Sender, orders: Sequence[Order], sent: Transmission) -> bytes:
    """One payment block with an order for each payout. Raises PaperRefused where the schema refuses it."""
    root = ET.Element("Document", xmlns=_namespace(version))
    initiation = ET.SubElement(root, "CstmrCdtTrfInitn")
    message = f"JUARA-{sent.batch}"
    _header(ET.SubElement(initiation, "GrpHdr"), message, sender, orders, sent)
    _block(ET.SubElement(initiation, "PmtInf"), version, message, sender, orders, sent)
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return validated(version, content)


def validated(version: str, content: bytes) -> bytes:
    """The same bytes, which the standard's own schema takes. Raises PaperRefused with what it said."""
    try:
        _schema(version).validate(content.decode())
    except XMLSchemaValidationError as error:
        raise PaperRefused(f"pain.001.001.{version}: {error.reason or error.message}") from None
    return content


@cache
def _schema(version: str) -> XMLSchema:
    """The schema of ISO 20022, as the library sepaxml brings it."""
    return XMLSchema((files("sepaxml") / "schemas" / f"pain.001.001.{version}.xsd").read_text())


def _namespace(version: str) -> str:
    return f"urn:iso:std:iso:20022:tech:xsd:pain.001.001.{version}"


def _header(header: ET.Element, message: str, sender: Sender, orders: Sequence[Order], sent: Transmission) -> None:
    _text(header, "MsgId", message)
    _text(header, "CreDtTm", sent.made_at.replace(microsecond=0, tzinfo=None).isoformat())
    _sums(header, orders)
    _text(ET.SubElement(header, "InitgPty"), "Nm", sepa(sender.name, _LONGEST_NAME))


def _block(
    block: ET.Element, version: str, message: str, sender: Sender, orders: Sequence[Order], sent: Transmission
) -> None:
    _text(block, "PmtInfId", f"{message}-1")
    _text(block, "PmtMtd", "TRF")
    _text(block, "BtchBookg", "true")
    _sums(block, orders)
    _text(_path(block, "PmtTpInf", "SvcLvl"), "Cd", "SEPA")
    day = block if version == "03" else ET.SubElement(block, "ReqdExctnDt")
    _text(day, "ReqdExctnDt" if version == "03" else "Dt", sent.pay_on.isoformat())
    _text(ET.SubElement(block, "Dbtr"), "Nm", sepa(sender.name, _LONGEST_NAME))
    _text(_path(block, "DbtrAcct", "Id"), "IBAN", sender.number)
    _bank(ET.SubElement(block, "DbtrAgt"), version, sender.bank_code)
    _text(block, "ChrgBr", "SLEV")
    for order in orders:
        _order(ET.SubElement(block, "CdtTrfTxInf"), version, order)


def _order(part: ET.Element, version: str, order: Order) -> None:
    _text(ET.SubElement(part, "PmtId"), "EndToEndId", order.reference)
    amount = ET.SubElement(ET.SubElement(part, "Amt"), "InstdAmt", Ccy=order.currency)
    amount.text = f"{to_major(order.minor, order.currency):f}"
    if order.bank_code:
        _bank(ET.SubElement(part, "CdtrAgt"), version, order.bank_code)
    _text(ET.SubElement(part, "Cdtr"), "Nm", sepa(order.holder, _LONGEST_NAME))
    _text(_path(part, "CdtrAcct", "Id"), "IBAN", order.number)
    said = sepa(f"Commission {' '.join(order.periods)} {order.reference}", _LONGEST_TEXT)
    _text(ET.SubElement(part, "RmtInf"), "Ustrd", said)


def _bank(agent: ET.Element, version: str, code: str) -> None:
    institution = ET.SubElement(agent, "FinInstnId")
    if code:
        _text(institution, "BIC" if version == "03" else "BICFI", code)
    else:
        _text(ET.SubElement(institution, "Othr"), "Id", "NOTPROVIDED")


def _sums(parent: ET.Element, orders: Sequence[Order]) -> None:
    _text(parent, "NbOfTxs", str(len(orders)))
    _text(parent, "CtrlSum", f"{to_major(sum(order.minor for order in orders), CURRENCY):f}")


def _path(parent: ET.Element, *names: str) -> ET.Element:
    for name in names:
        parent = ET.SubElement(parent, name)
    return parent


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
