"use strict";

// A reason opens below its line on the first click and closes on the second; without us its link leads to a page.

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  const slot = opener && document.getElementById(opener.getAttribute("aria-controls"));
  if (!slot || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const closes = slot.childElementCount > 0;
  for (const other of document.querySelectorAll(`[aria-controls="${slot.id}"]`)) other.setAttribute("aria-expanded", String(!closes));
  if (!closes) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  slot.replaceChildren();
}, true);

// When the page fetches itself again, what was open opens again: it may read differently now.

let reading = [];

document.addEventListener("htmx:beforeSwap", (event) => {
  reading = [...event.detail.target.querySelectorAll("[data-reason]")]
    .filter((row) => row.querySelector('[aria-expanded="true"]'))
    .map((row) => row.dataset.reason);
});

document.addEventListener("htmx:afterSettle", () => {
  for (const reason of reading.splice(0)) document.querySelector(`[data-reason="${CSS.escape(reason)}"] [data-opens]`)?.click();
});
