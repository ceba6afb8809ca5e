"""A deal closed in one browser moves the pages that are open in others, without a reload."""

import sys

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SECONDS = 20  # until a page must have moved: generous, for what it takes is printed

# Resolves with the moment at which the element's text is another one than now.
WATCH = """
selector => {
  const read = () => document.querySelector(selector)?.innerText;
  const before = read();
  window.notReloaded = true;
  window.moved = new Promise(resolve => {
    const observer = new MutationObserver(() => {
      if (read() !== before) { observer.disconnect(); resolve(Date.now()); }
    });
    observer.observe(document.querySelector("main"), {subtree: true, childList: true, characterData: true});
  });
  return before;
}
"""


def test_closing_a_deal_moves_the_board_the_reps_home_and_her_statement_elsewhere(demo: Demo) -> None:
    rep, manager = demo.visitor("rep"), demo.visitor("manager")
    board, home, deal, statement = manager.new_page(), rep.new_page(), rep.new_page(), rep.new_page()
    home.goto("/")
    me = deal_of_her_own(deal, amount="987654321")
    board.goto("/leaderboards/revenue/")
    row = f"[data-flip='person-{me}']"
    reason = opened_reason(statement)
    before = {
        "board": watched(board, f"{row} .rank-value"),
        "home": watched(home, ".home-earned .stat-figure"),
        "statement": watched(statement, "#payable .stat-figure"),
    }
    deal.evaluate("addEventListener('submit', () => { document.cookie = `sent=${Date.now()}; path=/` })")
    deal.click("button[value=won]")
    for name, page in (("board", board), ("home", home), ("statement", statement)):
        page.wait_for_function("window.notReloaded")
        took = page.evaluate(f"Promise.race([window.moved, new Promise(r => setTimeout(r, {SECONDS * 1000}, 0))])")
        assert took, f"{name} still shows {before[name]} after {SECONDS} seconds"
        sent = next(float(c["value"]) for c in rep.cookies() if c["name"] == "sent")
        sys.stdout.write(f"{name}: {took - sent:.0f} ms from the submit to the changed page\n")
    assert board.evaluate("window.notReloaded")
    assert home.evaluate("window.notReloaded")
    assert statement.evaluate("window.notReloaded")
    statement.wait_for_selector(f"[data-reason='{reason}'] + .why-row td:not(:empty)")  # still open
    rep.close()
    manager.close()


def opened_reason(page: Page) -> str:
    """Open the first line of the rep's latest statement; returns what names it."""
    page.goto("/commissions/statements/")
    page.click("main tbody .row-link")
    page.click("[data-reason] .why-link")
    page.wait_for_selector(".why-row td:not(:empty)")
    return page.get_attribute("[data-reason]", "data-reason") or ""


def watched(page: Page, selector: str) -> str:
    page.wait_for_timeout(1_000)  # its stream is open, and what it missed meanwhile has been fetched
    before: str = page.evaluate(WATCH, selector)
    assert before
    return before


def deal_of_her_own(page: Page, amount: str) -> str:
    """Enter an open deal; returns the id of its owner, as the board names her."""
    page.goto("/sales/deals/new")
    page.fill("[name=name]", "Live deal")
    page.fill("[name=amount]", amount)
    page.click("main form .btn-primary")
    page.wait_for_url("**/sales/deals/*/")
    other = page.context.new_page()
    other.goto("/leaderboards/revenue/")
    me: str = other.get_attribute(".rank-row.is-mine", "data-subject") or ""
    other.close()
    return me
