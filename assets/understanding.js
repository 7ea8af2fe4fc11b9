/* Keys of /admin/understanding: 1, 2 and 3 judge, arrows move, z takes back; nothing is judged twice by a hasty finger. */
(() => {
  "use strict";
  const KEYS = { 1: "u-negative", 2: "u-neutral", 3: "u-positive", ArrowLeft: "u-back", ArrowRight: "u-next", z: "u-undo" };
  const PATIENCE = 3000;
  let waiting = "";
  let since = 0;

  const shown = () => document.querySelector(".judge")?.dataset.key || "";

  /* A verdict counts once for what is on screen: until another mention is shown, further ones are dropped. */
  function hasty() {
    const now = performance.now();
    if (waiting && waiting === shown() && now - since < PATIENCE) return true;
    [waiting, since] = [shown(), now];
    return false;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".judging button");
    if (!button) return;
    if (button.closest(".verdicts")) {
      if (hasty()) event.stopPropagation();
    } else {
      waiting = "";
    }
  }, true);

  document.addEventListener("keydown", (event) => {
    const button = document.getElementById(KEYS[event.key] || "");
    if (!button || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.matches("input, textarea, select")) return;
    event.preventDefault();
    button.click();
  });
})();
