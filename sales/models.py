"""The facts: who sold what to whom, when, for how much. Everything else in the application is computed from these."""

import re
from datetime import date
from fractions import Fraction
from typing import Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, TextField, Value
from django.db.models.functions import Now
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from accounts.models import User, seen_by
from core.history import tracked, untracked

ONE = 1_000_000  # a whole share, in parts per million
LARGEST_MINOR = 10**17  # no single amount reaches this, so that sums of many stay far below a bigint's end
MOST_MONTHS = 1_200
MOST_LINES = 500  # of a deal, so that the engine's sums over them stay within 128 bits
MOST_RATE = 9_000_000  # times 10^12 it fits into 64 bits, as the engine reads it
RATE_DECIMALS = 12
CURRENCY = r"^[A-Z]{3}$"
_SIGNS = "-_./:@#&+,;()"  # part words, which PostgreSQL would read as URLs, e-mail addresses and signed numbers


def words_of(column: str) -> SearchVector:
    """The words of a text, as they are indexed: a list finds them by their beginnings among a million rows."""
    plain = Func(F(column), Value(_SIGNS), Value(" " * len(_SIGNS)), function="translate", output_field=TextField())
    return SearchVector(plain, config="simple")


def words(text: str) -> SearchQuery | None:
    """Each word of a text as the beginning of one to find; None when it has none."""
    found = re.findall(r"[^\W_]+", text)[:8]
    return (
        SearchQuery(" & ".join(f"'{word}':*" for word in found), search_type="raw", config="simple") if found else None
    )


class CustomerQuerySet(models.QuerySet["Customer"]):
    def with_words(self, text: str) -> Self:
        """Those in whose name each word of the text begins a word."""
        query = words(text)
        return self.alias(words=words_of("name")).filter(words=query) if query else self.none()


class Customer(models.Model):
    external_id = models.CharField(_("external id"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=200)
    sector = models.CharField(_("sector"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        indexes = [GinIndex(words_of("name"), name="sales_customer_words")]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    external_id = models.CharField(_("external id"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=200)
    family = models.CharField(_("family"), max_length=100, blank=True)
    price_minor = models.BigIntegerField(_("list price"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="USD")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(currency__regex=CURRENCY), name="sales_product_currency")]

    def __str__(self) -> str:
        return self.name


class DealQuerySet(models.QuerySet["Deal"]):
    def visible_to(self, user: User, on: date) -> Self:
        """A person's own and shared deals, those of her reports on that date, or all."""
        if user.sees_everyone:
            return self
        seen = seen_by(user.pk, on)
        shared = DealShare.objects.filter(deal=OuterRef("pk"), user__in=seen)
        return self.filter(Q(owner__in=seen) | Exists(shared))

    def with_words(self, text: str) -> Self:
        """Those in whose name each word of the text begins a word, and those whose id the text begins."""
        query, starts = words(text), Q(external_id__startswith=text) | Q(external_id__startswith=text.upper())
        return self.alias(words=words_of("name")).filter(starts | Q(words=query) if query else starts)


@tracked(left_out=["updated_at"])
class Deal(models.Model):
    """A sale, or the attempt at one. A negative amount is a refund; taking a deal back is also losing it again."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    external_id = models.CharField(_("external id"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    kind = models.CharField(_("type"), max_length=50, blank=True)
    status = models.CharField(_("status"), max_length=4, choices=Status.choices, default=Status.OPEN)
    stage = models.CharField(_("stage"), max_length=50, blank=True, help_text=_("The company's own word for it."))
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="deals")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="deals")
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True, related_name="deals")
    quantity = models.IntegerField(_("quantity"), default=1)
    amount_minor = models.BigIntegerField(_("amount"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    invoiced_on = models.DateField(_("invoiced on"), null=True, blank=True)
    cancelled_on = models.DateField(_("cancelled on"), null=True, blank=True)  # it stays won: plans say what that costs
    cost_minor = models.BigIntegerField(_("cost"), null=True, blank=True)  # null is unknown, and not nothing
    tax_minor = models.BigIntegerField(_("tax"), null=True, blank=True)  # contained in the amount
    discount_ppm = models.IntegerField(_("discount"), null=True, blank=True, help_text=_("Parts per million."))
    term_months = models.IntegerField(_("term in months"), null=True, blank=True)
    # Whatever else the company keeps of a deal: by slug a text or a number; see sales.engine.custom.
    custom = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = DealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(currency__regex=CURRENCY), name="sales_deal_currency"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=-LARGEST_MINOR, amount_minor__lt=LARGEST_MINOR), name="sales_deal_amount"
            ),
            models.CheckConstraint(
                condition=Q(status="open") | Q(closed_on__isnull=False), name="sales_deal_closed_has_a_date"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_on__isnull=True) | Q(status="won", cancelled_on__gte=F("closed_on")),
                name="sales_deal_cancelled_was_won",
            ),
            models.CheckConstraint(
                condition=Q(cost_minor__gt=-LARGEST_MINOR, cost_minor__lt=LARGEST_MINOR), name="sales_deal_cost"
            ),
            models.CheckConstraint(
                condition=Q(tax_minor__gt=-LARGEST_MINOR, tax_minor__lt=LARGEST_MINOR), name="sales_deal_tax"
            ),
            models.CheckConstraint(condition=Q(discount_ppm__gte=0, discount_ppm__lte=ONE), name="sales_deal_discount"),
            models.CheckConstraint(
                condition=Q(term_months__gte=0, term_months__lte=MOST_MONTHS), name="sales_deal_term"
            ),
            models.CheckConstraint(
                condition=Exact(Func(F("custom"), function="jsonb_typeof", output_field=TextField()), "object"),
                name="sales_deal_custom_is_an_object",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "closed_on"], name="sales_deal_owner_closed"),
            models.Index(fields=["closed_on", "id"], name="sales_deal_closed"),  # the order in which deals are listed
            models.Index(fields=["status", "closed_on", "id"], name="sales_deal_status_closed"),
            models.Index(fields=["currency", "closed_on"], name="sales_deal_currency_closed"),
            models.Index(
                fields=["owner", "invoiced_on"],
                name="sales_deal_owner_invoiced",
                condition=Q(invoiced_on__isnull=False),
            ),
            models.Index(
                fields=["owner", "cancelled_on"],
                name="sales_deal_owner_cancelled",
                condition=Q(cancelled_on__isnull=False),
            ),
            GinIndex(words_of("name"), name="sales_deal_words"),
        ]

    def __str__(self) -> str:
        return self.name or self.external_id


class DealShare(models.Model):
    """A payee's part of a deal in a role. Without any, the owner has the whole.

    At commit the parts of a role add up to the whole deal: a trigger sees to that.
    """

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="shares", db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="shares", db_index=False)
    role = models.CharField(_("role"), max_length=50, default="owner")
    share_ppm = models.IntegerField(_("share"), help_text=_("Parts per million."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal", "user", "role"], name="sales_dealshare_once"),
            models.CheckConstraint(condition=Q(share_ppm__gt=0, share_ppm__lte=ONE), name="sales_dealshare_range"),
        ]
        indexes = [models.Index(fields=["user"], name="sales_dealshare_user")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.share_ppm} ppm ({self.role})"

    @property
    def share(self) -> Fraction:
        return Fraction(self.share_ppm, ONE)


class DealLine(models.Model):
    """One of the things that were sold with a deal. A deal without lines is one line itself.

    At commit the amounts of a deal's lines add up to the deal's: a trigger sees to that.
    """

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="lines", db_index=False)
    number = models.IntegerField(_("number"))
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True, related_name="lines")
    name = models.CharField(_("name"), max_length=200, blank=True)
    quantity = models.IntegerField(_("quantity"), default=1)
    amount_minor = models.BigIntegerField(_("amount"))
    cost_minor = models.BigIntegerField(_("cost"), null=True, blank=True)  # null is unknown, and not nothing
    discount_ppm = models.IntegerField(_("discount"), null=True, blank=True, help_text=_("Parts per million."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal", "number"], name="sales_dealline_once"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=MOST_LINES), name="sales_dealline_number"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=-LARGEST_MINOR, amount_minor__lt=LARGEST_MINOR),
                name="sales_dealline_amount",
            ),
            models.CheckConstraint(
                condition=Q(cost_minor__gt=-LARGEST_MINOR, cost_minor__lt=LARGEST_MINOR), name="sales_dealline_cost"
            ),
            models.CheckConstraint(
                condition=Q(discount_ppm__gte=0, discount_ppm__lte=ONE), name="sales_dealline_discount"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deal_id}/{self.number}"

    @property
    def discount(self) -> Fraction | None:
        return None if self.discount_ppm is None else Fraction(self.discount_ppm, ONE)


class Payment(models.Model):
    """What a customer paid for a deal on a day, in the deal's currency; below zero when it was paid back.

    A deal with payments keeps its currency: a trigger sees to that.
    """

    external_id = models.CharField(_("external id"), max_length=100, unique=True)
    deal = models.ForeignKey(Deal, models.PROTECT, related_name="payments", db_index=False)
    paid_on = models.DateField(_("paid on"))
    amount_minor = models.BigIntegerField(_("amount"))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=-LARGEST_MINOR, amount_minor__lt=LARGEST_MINOR) & ~Q(amount_minor=0),
                name="sales_payment_amount",
            )
        ]
        indexes = [
            models.Index(fields=["deal", "paid_on"], name="sales_payment_deal_paid"),
            models.Index(fields=["paid_on"], name="sales_payment_paid"),
        ]

    def __str__(self) -> str:
        return self.external_id


class ExchangeRate(models.Model):
    """What one unit of a currency is worth in another from a day on, until the next rate of that pair."""

    source = models.CharField(_("from"), max_length=3)
    target = models.CharField(_("to"), max_length=3)
    starts_on = models.DateField(_("from the day"))
    rate = models.DecimalField(_("rate"), max_digits=24, decimal_places=RATE_DECIMALS)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "starts_on"], name="sales_exchangerate_once_a_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="sales_exchangerate_positive"),
            models.CheckConstraint(condition=Q(rate__lt=MOST_RATE), name="sales_exchangerate_below_the_most"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="sales_exchangerate_two_currencies"),
            models.CheckConstraint(
                condition=Q(source__regex=CURRENCY, target__regex=CURRENCY), name="sales_exchangerate_currency"
            ),
        ]

    def __str__(self) -> str:
        return f"1 {self.source} = {self.rate} {self.target} ({self.starts_on})"


class ImportMapping(models.Model):
    """How a source's columns become ours: saved, named, used again. The document is YAML; sales.engine reads it."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    document = models.JSONField()

    def __str__(self) -> str:
        return self.name


@untracked("It says by itself who started it, when, and what it did; its progress is no change.")
class Import(models.Model):
    """One file on its way into the facts: what it would do, did, or why it did not.

    A waiting row that somebody has locked is being worked on: a worker that dies leaves it waiting.
    """

    class Kind(models.TextChoices):
        PEOPLE = "people", _("People")
        TEAMS = "teams", _("Teams")
        CUSTOMERS = "customers", _("Customers")
        PRODUCTS = "products", _("Products")
        DEALS = "deals", _("Deals")
        LINES = "lines", _("Lines of deals")
        PAYMENTS = "payments", _("Payments")
        RATES = "rates", _("Exchange rates")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Columns not matched yet")
        WAITING = "waiting", _("Waiting")
        CHECKED = "checked", _("Checked")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    file = models.FileField(upload_to="imports/")
    file_name = models.CharField(max_length=255)
    mapping = models.JSONField(default=dict)
    dry_run = models.BooleanField(default=True)
    keep_good_rows = models.BooleanField(default=False)
    rows = models.IntegerField(default=0)
    rows_done = models.IntegerField(default=0)
    created = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    report = models.JSONField(default=dict)
    attempts = models.IntegerField(default=0)
    refused_file = models.FileField(upload_to="imports/", blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind}: {self.file_name}"
