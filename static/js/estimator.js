"use strict";

// A slider says where it stands while it moves; what that is worth comes from the server.

document.addEventListener("input", (event) => {
  const told = event.target.type === "range" && document.getElementById(`${event.target.id}-is`);
  if (told) told.textContent = `${event.target.value}%`;
});
