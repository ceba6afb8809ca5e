"""The history of changes as a page lists it: found, and said in words."""

from audit.selectors.found import Page, Search, changes_found, page_of
from audit.selectors.said import Row, Said, said
from audit.selectors.words import kind_choices, kind_name

__all__ = ["Page", "Row", "Said", "Search", "changes_found", "kind_choices", "kind_name", "page_of", "said"]
