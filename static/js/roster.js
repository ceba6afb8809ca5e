"use strict";

// Cells that are pasted into the grid become rows of the field for rows; nothing is sent until somebody looks at them.

document.addEventListener("paste", (event) => {
  const text = event.target.closest("[data-roster]") && event.clipboardData.getData("text/plain");
  const rows = document.getElementById("id_text");
  if (!text || !rows || !/[\t\n]/.test(text.trim())) return;
  event.preventDefault();
  rows.value = rows.value.trim() ? `${rows.value.trimEnd()}\n${text}` : text;
  rows.scrollIntoView({ block: "center" });
  rows.focus();
});
