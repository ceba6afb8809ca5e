"use strict";

// The designer's form is sent as it is filled in, and the answer puts errors, curves and pay beside the fields. Where the
// form itself has to change, a row more or other fields, what was typed meanwhile and the place of the cursor stay.

const form = document.getElementById("plan-text");
let sent = new Map();
let kept = null;

function filled() {
  const fields = [...form.elements].filter((field) => field.name && field.name.includes("/"));
  return new Map(fields.map((field) => [field.name, field.value]));
}

function keep() {
  const typed = [...filled()].filter(([name, value]) => sent.has(name) && sent.get(name) !== value);
  const opened = [...form.querySelectorAll("#designer details[open][id]")].map((details) => details.id);
  const field = document.activeElement;
  kept = { typed, opened, id: field?.id, start: field?.selectionStart ?? null, end: field?.selectionEnd ?? null };
}

function restore() {
  if (!kept) return;
  const { typed, opened, id, start, end } = kept;
  kept = null;
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  for (const [name, value] of typed) {
    const field = form.elements.namedItem(name);
    if (!field) continue;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const field = id && document.getElementById(id);
  if (!field || field === document.activeElement || !form.contains(field)) return;
  field.focus({ preventScroll: true });
  if (start !== null && field.type !== "date") field.setSelectionRange(start, end);
}

document.addEventListener("htmx:beforeRequest", (event) => { if (form.contains(event.target)) sent = filled(); });
document.addEventListener("htmx:oobBeforeSwap", (event) => { if (event.detail.target.id === "designer") keep(); });
document.addEventListener("htmx:oobAfterSwap", (event) => { if (event.detail.target.id === "designer") restore(); });

// Fields say that they are wrong by what stands below them.
document.addEventListener("htmx:afterSettle", () => {
  for (const slot of form.querySelectorAll(".field-error")) {
    const field = document.getElementById(slot.id.slice(0, -2));
    if (!field?.matches("input, select")) continue;
    if (slot.childElementCount) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
});

// A known field goes into the formula where the cursor was.
form.addEventListener("click", (event) => {
  const word = event.target.closest("[data-insert]");
  if (!word) return;
  const field = document.getElementById(word.dataset.into);
  field.setRangeText(word.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
