/* What the pages of the administration do by themselves: wait for a pause in typing, and tell who cannot see. */
(() => {
  "use strict";
  const PAUSE = 400;
  const NAMES = ["query", "exclude", "brands", "brand", "start", "end"];
  let turn = 0;

  /* Resolves to the draft once nobody has typed for a moment; what is overtaken changes nothing. */
  async function paused(...values) {
    const mine = ++turn;
    await new Promise((done) => setTimeout(done, PAUSE));
    if (mine !== turn) return window.dash_clientside.no_update;
    return Object.fromEntries(NAMES.map((name, i) => [name, values[i]]));
  }

  /* Deleting asks first: the question takes the focus, "no" gives it back. */
  function sure() {
    const asked = window.dash_clientside.callback_context.triggered_id === "q-delete";
    setTimeout(() => document.getElementById(asked ? "q-no" : "q-delete")?.focus());
    return !asked;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { desk: { paused, sure } });

  /* Ties every field to its advice and to its mistake; Dash's own fields take no such attributes. */
  function describe(desk) {
    document.documentElement.lang = desk.lang;
    for (const field of desk.querySelectorAll(".field")) {
      const control = field.querySelector("input, textarea");
      if (!control) continue;
      const told = [...field.querySelectorAll(".slip, .help")].filter((one) => one.textContent).map((one) => one.id);
      const wrong = Boolean(field.querySelector(".slip")?.textContent);
      if (control.getAttribute("aria-describedby") !== told.join(" ")) control.setAttribute("aria-describedby", told.join(" "));
      if (control.getAttribute("aria-invalid") !== String(wrong)) control.setAttribute("aria-invalid", String(wrong));
    }
  }

  /* One key for each proposal: a accepts, r refuses, and the next one takes the focus. */
  let place = -1;
  let left = -1;
  document.addEventListener("keydown", (event) => {
    const act = { a: ".accept", r: ".refuse" }[event.key];
    const list = [...document.querySelectorAll(".proposal")];
    if (!act || !list.length || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (judging || event.target.matches("input, textarea, select")) return;
    const mine = event.target.closest(".proposal") || list[0];
    place = list.indexOf(mine);
    left = list.length;
    mine.querySelector(act).click();
  });

  /* While a query is saved, deleted or taken back, its form can be neither changed nor sent again: another one may come.
     What is accepted or refused is so once: nothing else may be until the list is shown anew. */
  let judging = false;
  document.addEventListener("click", (event) => {
    const { answered, held } = window.Emberwatch.forms;
    const form = event.target.closest?.("#q-save, #q-yes, #q-back")?.closest(".form");
    if (form) held(form, () => answered("#q-said", "#_pages_content"));
    if (!event.target.closest?.(".proposal :is(.accept, .refuse)")) return;
    if (judging) return event.stopPropagation();
    judging = true;
    answered("#p-list,#p-said").then(() => { judging = false; });
  }, true);

  function follow() {
    const list = document.querySelectorAll(".proposal");
    if (place < 0 || list.length >= left) return;
    (list[Math.min(place, list.length - 1)] || document.getElementById("content")).focus();
    place = -1;
  }

  function dress() {
    const asked = new URLSearchParams(location.search).get("theme");
    const light = asked ? asked === "light" : matchMedia("(prefers-color-scheme: light)").matches;
    document.documentElement.dataset.theme = light ? "light" : "dark";
  }

  new MutationObserver(() => {
    const desk = document.querySelector(".desk");
    if (!desk) return;
    if (!document.documentElement.dataset.theme) dress();
    describe(desk);
    follow();
  }).observe(document.documentElement, { childList: true, subtree: true, characterData: true });
})();
