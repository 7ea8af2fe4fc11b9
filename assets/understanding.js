/* Keys of /admin/understanding: 1, 2 and 3 judge, arrows move, z takes back; nothing is judged twice by a hasty finger. */
(() => {
  "use strict";
  const KEYS = { 1: "u-negative", 2: "u-neutral", 3: "u-positive", ArrowLeft: "u-back", ArrowRight: "u-next", z: "u-undo" };
  const PATIENCE = 3000;
  let waiting = "";
  let since = 0;
  let asked = false;
  let undo = null;

  const shown = () => document.querySelector(".judge")?.dataset.key || "";

  /* A verdict counts once for what is on screen: until another mention is shown, further ones are dropped. */
  function hasty() {
    const now = performance.now();
    if (waiting && waiting === shown() && now - since < PATIENCE) return true;
    [waiting, since] = [shown(), now];
    return false;
  }

  /* While an answer is under way another question would overtake it: taking back waits for it, everything else is dropped. */
  function early(button) {
    if (asked && button.id === KEYS.z) undo = button;
    return asked;
  }

  async function answer() {
    asked = true;
    await window.Emberwatch.forms.answered("#u-card,#u-said");
    asked = false;
    undo?.click();
    undo = null;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".judging button");
    if (!button) return;
    if (early(button) || (button.closest(".verdicts") && hasty())) {
      event.stopPropagation();
      return;
    }
    if (!button.closest(".verdicts")) waiting = "";
    answer();
  }, true);

  document.addEventListener("keydown", (event) => {
    const button = document.getElementById(KEYS[event.key] || "");
    if (!button || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.matches("input, textarea, select")) return;
    event.preventDefault();
    button.click();
  });
})();
