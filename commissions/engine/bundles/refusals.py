"""Why a bundle can't be read."""

from commissions.engine.errors import ToldError


class BundleRefused(ToldError):  # noqa: N818
    """Something that isn't a bundle, or is one no longer. Nothing of it was used."""
