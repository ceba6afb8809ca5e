"use strict";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const root = document.documentElement;

// Menus are <details>: they open without us; closing them from outside and by Escape is ours.

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Theme

function chooseTheme(choice) {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  if (choice === "auto") delete root.dataset.themeChosen;
  else root.dataset.themeChosen = choice;
  root.dataset.bsTheme = choice === "auto" ? system : choice;
  document.cookie = `theme=${choice}; path=/; max-age=31536000; samesite=lax`;
  showTheme();
}

function showTheme() {
  const chosen = root.dataset.themeChosen || "auto";
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen));
  }
}

document.addEventListener("click", (event) => {
  const theme = event.target.closest("[data-theme-choice]");
  if (theme) chooseTheme(theme.dataset.themeChoice);
  const login = event.target.closest("[data-fill-login]");
  if (login) fillLogin(login);
  if (event.target.closest("[data-close-toast]")) event.target.closest(".toast-note").remove();
});

function fillLogin(button) {
  const form = document.querySelector("form[data-login]");
  form.elements.login.value = button.dataset.fillLogin;
  form.elements.password.value = button.dataset.fillPassword;
  form.requestSubmit();
}

// A form that is on its way is not sent twice.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.hasAttribute("data-sent")) return event.preventDefault();
  if (form.method !== "post" || Object.keys(form.dataset).includes("again") || form.hasAttribute("hx-post")) return;
  form.setAttribute("data-sent", "");
  event.submitter?.setAttribute("aria-busy", "true");
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) form.removeAttribute("data-sent");
  for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
});

// Notes at the edge of the screen

function fadeNotes() {
  for (const note of document.querySelectorAll(".toast-note:not([data-timed])")) {
    note.dataset.timed = "";
    if (!note.classList.contains("toast-bad")) setTimeout(() => note.remove(), 8000);
  }
}

function note(template) {
  const source = document.getElementById(template);
  if (source) document.getElementById("toasts").append(source.content.cloneNode(true));
}

document.addEventListener("htmx:responseError", () => note("toast-refused"));
document.addEventListener("htmx:sendError", () => note("toast-offline"));

// After a swap: rows glide from where they were, and figures that changed count up once.

let before = null;

function places() {
  const rows = new Map();
  for (const row of document.querySelectorAll("[data-flip]")) rows.set(row.dataset.flip, row.getBoundingClientRect());
  const figures = new Map();
  for (const figure of document.querySelectorAll("[data-count]")) figures.set(figure.dataset.count, amountOf(figure));
  return { rows, figures };
}

function amountOf(element) {
  const holder = element.matches("[data-minor]") ? element : element.querySelector("[data-minor]");
  return Number(holder ? holder.dataset.minor : element.dataset.number);
}

function glide(row, was) {
  const now = row.getBoundingClientRect();
  const dx = was.left - now.left;
  const dy = was.top - now.top;
  if (!dx && !dy) return;
  row.animate([{ transform: `translate(${dx}px, ${dy}px)` }, { transform: "none" }], { duration: 250, easing: "ease-out" });
}

// A short form ("Rp 12,4 jt") changes at once.
function isWhole(element) {
  return !element.querySelector(".money") || element.querySelector(".money-figure");
}

function countUp(element, from, to) {
  const figure = element.querySelector(".money-figure") || element;
  const final = figure.cloneNode(true);
  const scale = 10 ** Number(element.querySelector("[data-places]")?.dataset.places || 0);
  const format = new Intl.NumberFormat(root.lang, { maximumFractionDigits: 0 });
  const start = performance.now();
  const step = (now) => {
    const part = Math.min((now - start) / 250, 1);
    if (part === 1) return figure.replaceWith(final);
    figure.textContent = format.format(Math.abs(Math.round((from + (to - from) * part * (2 - part)) / scale)));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

function move() {
  const was = before;
  before = null;
  if (!was) return;
  for (const row of document.querySelectorAll("[data-flip]")) {
    const place = was.rows.get(row.dataset.flip);
    if (place && !calm.matches) glide(row, place);
  }
  for (const figure of document.querySelectorAll("[data-count]")) {
    const from = was.figures.get(figure.dataset.count);
    const to = amountOf(figure);
    if (from === undefined || Number.isNaN(to) || from === to) continue;
    figure.closest("[data-flip], .card, .stat")?.classList.add("has-changed");
    if (!calm.matches && isWhole(figure)) countUp(figure, from, to);
  }
}

document.addEventListener("htmx:beforeSwap", () => { before = places(); });
document.addEventListener("htmx:afterSwap", move);
document.addEventListener("htmx:afterSettle", fadeNotes);

// A table that fits its box needs no scrolling of its own.

function fitTables() {
  for (const box of document.querySelectorAll(".table-box")) {
    box.classList.toggle("fits", box.scrollWidth <= box.clientWidth);
    box.tabIndex = box.classList.contains("fits") ? -1 : 0;
  }
}

document.addEventListener("htmx:afterSettle", fitTables);
window.addEventListener("resize", fitTables);

showTheme();
fadeNotes();
fitTables();
