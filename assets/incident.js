/* The pages of incidents: kept up to date without reload, done by a click or a key, taken back where that is possible. */
(() => {
  "use strict";
  const EVERY = 2000;
  const LATEST = 8000;
  const UNDO = 10000;
  const ME = "emberwatch.me";
  const KEYS = { a: "acknowledge", o: "own" };
  const UNFOLD = { h: "deed-hand-over", s: "deed-silence", r: "deed-resolve", f: "deed-false-alarm", c: "deed-comment", m: "deed-statement" };
  let asking = false;
  let again = false;
  let shown = "";
  let figure = null;
  let plotting = false;
  let undone = null;
  let forget = null;

  const place = () => document.getElementById("incident");
  const theme = () => document.documentElement.dataset.theme || "dark";

  function write(id, text) {
    const found = document.getElementById(id);
    if (found && found.textContent !== text) found.textContent = text;
  }

  function plotly() {
    if (plotting) return;
    plotting = true;
    const script = document.createElement("script");
    script.src = "/vendor/plotly.min.js";
    script.onload = draw;
    document.head.append(script);
  }

  function draw() {
    const div = document.getElementById("case-curve");
    if (!div || !figure) return;
    if (!window.Plotly) return plotly();
    const unit = parseFloat(getComputedStyle(div).fontSize);
    const { data, layout } = window.Emberwatch.scaled(figure, unit);
    const box = div.getBoundingClientRect();
    Object.assign(layout, { width: Math.floor(box.width), height: Math.floor(box.height) });
    window.Plotly.react(div, data, layout, { staticPlot: true, responsive: false });
  }

  /* Gives a fresh page what this device remembers: who sits here, and drafts that nobody has sent. */
  function remember() {
    const me = document.getElementById("case-me");
    if (me && !me.dataset.known) {
      me.dataset.known = "1";
      me.value = localStorage.getItem(ME) || "";
      if (me.selectedIndex < 0) me.value = "";
    }
    for (const area of document.querySelectorAll("textarea[data-draft]:not([data-known])")) {
      area.dataset.known = "1";
      area.value = localStorage.getItem(`emberwatch.draft.${area.dataset.draft}`) ?? area.dataset.template;
    }
  }

  async function look() {
    const board = place();
    if (!board || document.hidden) return;
    if (asking) { again = true; return; }
    asking = true;
    const words = board.dataset;
    try {
      const address = new URL(words.board, location.href);
      address.searchParams.set("lang", document.querySelector(".desk").lang);
      address.searchParams.set("theme", theme());
      const response = await fetch(address, { signal: AbortSignal.timeout(LATEST), cache: "no-store" });
      if (response.status === 404) {
        write("case-age", words.unknown);
        return;
      }
      if (!response.ok) throw new Error(String(response.status));
      const drawn = await response.json();
      shown = drawn.time;
      window.Emberwatch.morph(board, drawn.nodes);
      remember();
      if (drawn.drill) document.body.dataset.drill = drawn.drill;
      else delete document.body.dataset.drill;
      if (JSON.stringify(drawn.figure) !== JSON.stringify(figure)) {
        figure = drawn.figure || null;
        draw();
      }
      write("case-age", `${words.age} ${shown}. ${document.getElementById("case-curve") ? words.keys : ""}`);
      document.body.dataset.stale = "false";
    } catch {
      write("case-age", `${words.lost} ${shown || "–"}`);
      document.body.dataset.stale = "true";
    } finally {
      asking = false;
      if (again) { again = false; look(); }
    }
  }

  function say(text, english = false) {
    const said = document.getElementById("case-said");
    said.textContent = text;
    said.lang = english ? "en" : document.querySelector(".desk").lang;
  }

  /* Offers to take back what was just done, for ten seconds. */
  function offer(back) {
    const button = document.getElementById("case-undo");
    clearTimeout(forget);
    undone = back;
    button.hidden = !back;
    if (!back) return;
    button.textContent = `${place().dataset.undo} (z)`;
    forget = setTimeout(() => { undone = null; button.hidden = true; }, UNDO);
  }

  const base = () => place().dataset.board.replace(/^\/incident\/([^/]+)\/board$/, "/api/v1/incidents/$1");
  const me = () => document.getElementById("case-me")?.value || "";

  async function send(method, path, body) {
    const sent = body ? { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } } : {};
    const response = await fetch(path, { method, signal: AbortSignal.timeout(LATEST * 2), ...sent });
    const answer = response.status === 204 ? {} : await response.json();
    if (!response.ok) throw Object.assign(new Error(answer.detail || String(response.status)), { told: true });
    return answer;
  }

  async function post(verb, body) {
    return send("POST", `${base()}/${verb}`, me() ? { ...body, person: me() } : body);
  }

  async function unsilence(silence) {
    const who = me() ? `?person=${encodeURIComponent(me())}` : "";
    return send("DELETE", `/api/v1/silences/${encodeURIComponent(silence)}${who}`);
  }

  /* What takes a deed back; where nothing does, null. */
  function inverse(verb, body, answer, button) {
    if (verb === "tick") return () => post("tick", { ...body, done: !body.done });
    if (verb === "silence" && answer.silence) return () => unsilence(answer.silence);
    if (verb === "hand-over" && button.dataset.undo) return () => post("hand-over", { to: button.dataset.undo });
    const before = document.querySelector('[data-verb="verdict"][aria-pressed="true"]');
    if (verb === "verdict" && before && before !== button) return () => post("verdict", JSON.parse(before.dataset.body));
    return null;
  }

  const around = (button) => [...(button.closest(".deed")?.querySelectorAll("[name]") || [])];

  /* The fields around a button; empty ones are left out. */
  function fields(button) {
    const found = {};
    for (const field of around(button)) {
      const value = field.value.trim();
      if (value) found[field.name] = field.name === "minutes" ? Number(value) : value;
    }
    return found;
  }

  /* Empties what has been sent and folds it up; what was written while the answer was under way stays, and stays open. */
  function clear(button, written) {
    const deed = button.closest(".deed");
    if (!deed) return;
    const done = written.filter(([field, value]) => field.value === value).map(([field]) => field);
    deed.open = done.length < written.length;
    for (const field of done.filter((one) => one.localName !== "select")) {
      if (field.dataset.draft) localStorage.removeItem(`emberwatch.draft.${field.dataset.draft}`);
      field.value = field.dataset.template || "";
    }
  }

  async function act(button) {
    if (button.getAttribute("aria-busy")) return;
    const { verb, body, silence } = button.dataset;
    const sent = { ...(body ? JSON.parse(body) : {}), ...(body ? {} : fields(button)) };
    const written = around(button).map((field) => [field, field.value]);
    button.setAttribute("aria-busy", "true");
    say(place().dataset.busy);
    try {
      const answer = verb === "unsilence" ? await unsilence(silence) : await post(verb, sent);
      say(place().dataset.done);
      offer(inverse(verb, sent, answer, button));
      clear(button, written);
    } catch (error) {
      offer(null);
      if (error.told) say(error.message, true);
      else say(`${place().dataset.lost} ${shown}`);
    } finally {
      button.removeAttribute("aria-busy");
      look();
    }
  }

  async function undo() {
    const back = undone;
    if (!back) return;
    offer(null);
    try {
      await back();
      say(place().dataset.undone);
    } catch (error) {
      say(error.message, true);
    }
    look();
  }

  /* Opens a form and puts the cursor in it. */
  function unfold(id) {
    const deed = document.getElementById(id);
    if (!deed) return false;
    deed.open = true;
    deed.querySelector("select, input, textarea")?.focus();
    deed.scrollIntoView({ block: "center" });
    return true;
  }

  document.addEventListener("click", (event) => {
    if (!place()) return;
    if (event.target.closest("#case-undo")) undo();
    const button = event.target.closest("[data-verb]");
    if (button) act(button);
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "case-me") localStorage.setItem(ME, event.target.value);
  });
  document.addEventListener("input", (event) => {
    const { draft } = event.target.dataset;
    if (draft) localStorage.setItem(`emberwatch.draft.${draft}`, event.target.value);
  });
  document.addEventListener("keydown", (event) => {
    if (!place() || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.matches("input, textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const button = document.querySelector(`.case-bar [data-verb="${KEYS[event.key]}"]`);
    if (button) button.click();
    else if (event.key === "z") undo();
    else if (!unfold(UNFOLD[event.key])) return;
    event.preventDefault();
  });
  document.addEventListener("visibilitychange", look);
  let resized = null;
  addEventListener("resize", () => { clearTimeout(resized); resized = setTimeout(draw, 100); });
  setInterval(look, EVERY);
  new MutationObserver(() => { if (place() && !place().hasChildNodes() && !asking) look(); })
    .observe(document.documentElement, { childList: true, subtree: true });
})();
