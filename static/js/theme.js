// Runs before the first paint, so that nobody sees the wrong theme flash by. The server writes a chosen theme itself.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (!root.dataset.themeChosen) root.dataset.bsTheme = system.matches ? "dark" : "light";
  };
  root.classList.add("js");
  follow();
  system.addEventListener("change", follow);
})();
