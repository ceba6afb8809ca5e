"use strict";

// A slider and the field that is sent are one number: whichever moves, the other follows before the form is read. Beside it
// stands what the plan has, once they differ.

document.addEventListener(
  "input",
  (event) => {
    const moved = event.target;
    if (moved.matches("input[type=range][data-for]")) {
      document.getElementById(moved.dataset.for).value = moved.value;
    } else if (moved.id) {
      const slider = document.querySelector(`input[type=range][data-for="${CSS.escape(moved.id)}"]`);
      if (slider) slider.value = moved.value;
    }
    const was = moved.closest(".knob")?.querySelector("[data-was]");
    if (was) was.hidden = Number(moved.value) === Number(was.dataset.was);
  },
  true,
);
