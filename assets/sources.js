/* Keeps the page of sources up to date, and sends what is pressed there. */
(() => {
  "use strict";
  const EVERY = 2000;
  const LATEST = 5000;
  const said = new Map();
  let asked = false;
  let again = false;
  let shown = "";

  function board() {
    return document.getElementById("sources");
  }

  function told(source, words) {
    said.set(source, words);
    const place = document.getElementById(`said-${source}`);
    if (place && place.textContent !== words) place.textContent = words;
  }

  /* Paints the board; a look that is `owed` for a deed follows the one that is under way, which began before it. */
  async function look(owed = false) {
    const place = board();
    if (!place) return;
    if (asked) { again ||= owed; return; }
    asked = true;
    const answer = document.getElementById("sources-answer");
    try {
      const language = document.querySelector(".desk").lang;
      const response = await fetch(`/admin/sources/board?lang=${language}`, { signal: AbortSignal.timeout(LATEST) });
      if (!response.ok) throw new Error(String(response.status));
      const drawn = await response.json();
      window.Emberwatch.morph(place, drawn.nodes);
      if (answer.textContent !== drawn.answer) answer.textContent = drawn.answer;
      shown = new Date().toLocaleTimeString(language);
      said.forEach((words, source) => told(source, words));
    } catch {
      answer.textContent = `${place.dataset.lost} ${shown}`;
    } finally {
      asked = false;
      if (again) { again = false; look(); }
    }
  }

  async function act(button) {
    const { act: deed, source } = button.dataset;
    const words = board().dataset;
    told(source, deed === "test" ? words.testing : "");
    button.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(`/api/v1/sources/${encodeURIComponent(source)}/${deed}`, { method: "POST" });
      const answer = await response.json();
      if (!response.ok) told(source, answer.detail);
      else if (deed === "test") told(source, `${answer.works ? words.works : words.fails} ${answer.said}`);
      else told(source, words.done);
    } catch {
      told(source, `${words.lost} ${shown}`);
    } finally {
      button.removeAttribute("aria-busy");
      look(true);
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".sources button[data-act]");
    if (button && !button.hasAttribute("aria-busy")) act(button);
  });
  setInterval(look, EVERY);
  new MutationObserver(() => { if (board() && !board().hasChildNodes()) look(); })
    .observe(document.documentElement, { childList: true, subtree: true });
})();
