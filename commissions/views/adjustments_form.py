"""A list of adjustments as people hand it in: pasted, or as a CSV or XLSX file in whatever encoding."""

import csv
from io import BytesIO, StringIO
from typing import Any, BinaryIO

from django import forms
from django.utils.translation import gettext_lazy as _

from commissions.engine.pasted import Signs
from commissions.forms.fields import CurrencyField
from commissions.models import Period
from commissions.views.roster_forms import MOST_BYTES, RowsForm, usual_signs
from core.templatetags.juara import period as period_name
from sales.engine.mapping import KindMapping
from sales.engine.problems import Unusable
from sales.engine.reading import read
from sales.selectors import in_words

_NUMBERS = [(".", "1,250,000.50"), (",", "1.250.000,50")]
_ENCODINGS = [("", _("as usual (UTF-8)")), ("windows-1252", "Windows-1252"), ("utf-16", "UTF-16")]


class AdjustmentsListForm(RowsForm):
    """Rows of adjustments, what they are in where a row doesn't say it, and how its numbers are written."""

    period = forms.ModelChoiceField(label=_("Period, where a row names none"), queryset=Period.objects.none())
    currency = CurrencyField(label=_("Currency, where a row names none"))
    decimal = forms.ChoiceField(label=_("Numbers are written as"), choices=_NUMBERS)
    encoding = forms.ChoiceField(label=_("Text of a CSV file"), required=False, choices=_ENCODINGS)
    file_name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    field_order = ("text", "file", "period", "currency", "decimal", "encoding")

    def __init__(self, *args: Any, periods: list[Period], **kwargs: Any) -> None:  # noqa: ANN401 Django's own signature
        kwargs["initial"] = {"decimal": usual_signs().decimal, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("or a CSV or XLSX file")
        self.fields["file"].widget.attrs["accept"] = ".csv,.tsv,.txt,.xlsx"
        self.fields["text"].help_text = _(
            "One line an adjustment: person, period, kind, amount, currency, reason, deal, reference, note. The payee "
            "reads the reason, only finance the note. Two rows that say the same need different references."
        )
        field = self.fields["period"]
        field.queryset = Period.objects.filter(pk__in=[row.pk for row in periods]).order_by("-start", "kind")  # type: ignore[attr-defined]
        field.label_from_instance = lambda row: period_name(row.label)  # type: ignore[attr-defined]
        field.empty_label = None  # type: ignore[attr-defined]

    def text_of(self, file: BinaryIO) -> str:
        content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise forms.ValidationError(
                _("The file has more than %(most)s MB. Nothing was read: split it."),
                params={"most": MOST_BYTES // 1024**2},
            )
        self.cleaned_data["file_name"] = str(getattr(file, "name", ""))[-200:]
        return self._workbook(content) if content.startswith(b"PK\x03\x04") else self._decoded(content)

    def _workbook(self, content: bytes) -> str:
        """The first sheet as rows of text; an empty line keeps its place, so that rows are found again."""
        text, line = StringIO(), 1
        writer = csv.writer(text, delimiter="\t", lineterminator="\n")
        try:
            sheet = read(BytesIO(content), KindMapping(decimal=self.cleaned_data.get("decimal", ".")))
            writer.writerow(sheet.header)
            for batch in sheet.batches:
                for number, row in zip(batch.lines, batch.cells.iter_rows(), strict=True):
                    text.write("\n" * (number - line - 1))
                    writer.writerow([" ".join(cell.split()) for cell in row])
                    line = number
        except Unusable as error:
            raise forms.ValidationError(in_words(*error.told)) from None
        return text.getvalue()

    def _decoded(self, content: bytes) -> str:
        marked = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        encoding = self.cleaned_data.get("encoding") or marked
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            raise forms.ValidationError(
                _("This is not %(encoding)s text. Save the sheet as CSV UTF-8, or choose below how it is written."),
                params={"encoding": encoding.removesuffix("-sig").upper()},
            ) from None

    @property
    def signs(self) -> Signs:
        return Signs(decimal=self.cleaned_data["decimal"])

    @property
    def kept(self) -> dict[str, str]:
        said = self.cleaned_data
        return {
            "decimal": said["decimal"],
            "currency": said["currency"],
            "period": str(said["period"].pk),
            "file_name": said.get("file_name", ""),
        }
