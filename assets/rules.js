/* The rule workshop: the rules in force, one rule's form with its sentence, and what it would have raised before. */
(() => {
  "use strict";
  const API = "/api/v1", PAUSE = 300, LISTED = 30;
  let page, words, lang, rules, persons, rule, run, asked = 0, tried = 0, checkedWhen = "", readable = false;

  const say = (key, values = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const by = (id) => document.getElementById(id);
  const number = (value, digits = 1) => value.toLocaleString(lang === "de" ? "de-DE" : "en-GB", { maximumFractionDigits: digits });
  const when = (text) => new Date(text).toLocaleString(lang === "de" ? "de-DE" : "en-GB", { timeZone: page.dataset.zone, dateStyle: "short", timeStyle: "short" });

  /* Makes an element; texts become text nodes, so nothing that people wrote is read as markup. */
  function made(tag, told = {}, ...children) {
    const one = document.createElement(tag);
    for (const [name, value] of Object.entries(told)) {
      if (name.startsWith("on")) one.addEventListener(name.slice(2), value);
      else if (value === true) one.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) one.setAttribute(name, value);
    }
    one.append(...children.filter((child) => child !== null && child !== undefined));
    return one;
  }

  async function call(path, method = "GET", body) {
    const answer = await fetch(API + path, { method, headers: body ? { "Content-Type": "application/json" } : {}, body: body && JSON.stringify(body) });
    const told = answer.status === 204 ? null : await answer.json();
    if (!answer.ok) throw Object.assign(new Error(told.detail), { position: told.position });
    return told;
  }

  const address = (id) => `/rules?${new URLSearchParams({ ...(id ? { id } : {}), lang })}`;
  const state = (one) => (one.paused ? "paused" : one.shadow ? "shadow" : "live");
  const SIGN = { live: "●", shadow: "◐", paused: "○" };

  function rows() {
    const here = (id) => (id === (rule?.id ?? "") ? { class: "here", "aria-current": "page" } : {});
    const items = rules.map((one) =>
      made("li", here(one.id), made("a", { href: address(one.id) }, one.name, made("small", {}, `${SIGN[state(one)]} ${say(state(one))}`))));
    by("r-rows").replaceChildren(made("h2", {}, say("title")), made("ul", {}, ...items, made("li", { class: "new", ...here("") }, made("a", { href: address("") }, `+ ${say("new")}`))));
  }

  function field(name, label, control, help) {
    const group = control.tagName === "DIV";
    const naming = group ? made("span", { class: "label", id: `r-${name}-label` }, label) : made("label", { for: `r-${name}` }, label);
    const slip = made("div", { class: "slip", id: `r-${name}-slip`, role: "alert" });
    const told = help ? made("p", { class: "help", id: `r-${name}-help` }, help) : null;
    const rest = group ? { role: "group", "aria-labelledby": `r-${name}-label` } : {};
    if (!group && help) control.setAttribute("aria-describedby", `r-${name}-help r-${name}-slip`);
    return made("div", { class: `field ${name}`, ...rest }, naming, control, slip, told);
  }

  const boxes = (name, choices, chosen, type = "checkbox") =>
    made("div", { class: "choices" }, ...choices.map(([value, text]) => made("label", {}, made("input", { type, name: `r-${name}`, value, checked: chosen.includes(value) }), text)));
  const budget = () => window.emberwatchRules.budget({ by, call, chosen, lang, made, number, say });
  const chosen = (name) => [...document.querySelectorAll(`[name="r-${name}"]:checked`)].map((one) => one.value);
  function select(name, choices, value) {
    const one = made("select", { id: `r-${name}` }, ...choices.map(([id, text]) => made("option", { value: id }, text)));
    one.value = value;
    return one;
  }

  function form() {
    const one = rule ?? { name: "", when: "", brands: null, topic: null, severity: "warning", tell: [], quiet: "", shadow: true, paused: false };
    const area = made("textarea", { id: "r-when", rows: 4, class: "code", spellcheck: "false", oninput: () => check() });
    area.value = one.when;
    const text = (name, value) => made("input", { type: "text", id: `r-${name}`, value, autocomplete: "off", maxlength: 60 });
    const origin = rule && !rule.over_file && !rule.saved ? say("file") : rule?.over_file ? say("over") : "";
    by("r-heading").replaceChildren(made("small", {}, rule ? `${SIGN[state(rule)]} ${say(state(rule))}${origin ? ` · ${origin}` : ""}` : say("new")), one.name || say("title"));
    const nobody = () => made("div", {}, made("p", { class: "help" }, say("tell_nobody"), " ", made("a", { href: `/admin/people?lang=${lang}` }, say("tell_add"))));
    const known = () => boxes("tell", persons.map((who) => [who.id, who.name]), one.tell);
    const people = field("tell", say("tell"), persons.length ? known() : nobody(), persons.length ? say("tell_help") : "");
    const parts = JSON.parse(page.dataset.parts);
    const topic = parts.length ? field("topic", say("topic"), select("topic", [["", say("all")], ...parts], one.topic ?? "")) : null;
    const button = (id, word, act, told = {}) => made("button", { type: "button", id, onclick: act, ...told }, say(word));
    by("r-form").replaceChildren(
      made("p", { id: "r-said", role: "status", class: "said" }),
      ...[record()].filter(Boolean),
      field("name", say("name"), text("name", one.name)),
      field("when", say("when"), area, say("when_help")),
      made("p", { class: "means", id: "r-sentence", "aria-live": "polite" }),
      field("severity", say("severity"), boxes("severity", ["note", "warning", "crisis"].map((level) => [level, say(level)]), [one.severity], "radio")),
      field("run", say("run"), boxes("run", ["shadow", "live", "paused"].map((way) => [way, say(`run_${way}`)]), [state(one)], "radio")),
      field("brands", say("brands"), boxes("brands", JSON.parse(page.dataset.brands), one.brands ?? []), say("brands_help")),
      ...[topic, people].filter(Boolean),
      field("quiet", say("quiet"), text("quiet", one.quiet), say("quiet_help")),
      made("div", { class: "buttons" }, button("r-save", "save", save, { class: "first" }),
        ...(rule?.over_file ? [button("r-back", "back", restore)] : []),
        ...(rule ? [button("r-delete", "delete", () => sure(true))] : []),
        made("div", { id: "r-sure", class: "sure", role: "group", hidden: true }, made("p", {}, say("sure")), button("r-yes", "sure_yes", remove, { class: "danger" }), button("r-no", "sure_no", () => sure(false)))),
      made("p", { class: "help" }, say("keys")));
    check();
  }

  function record() {
    const kept = (rule?.records ?? []).find((one) => one.scope.startsWith(by("r-brand")?.value ?? "")) ?? rule?.records?.[0];
    if (!kept) return null;
    const last = kept.latest.at(-1);
    const key = !last ? "never" : rule.shadow ? "record" : "record_live";
    return made("p", { class: "record" }, say(key, { since: when(kept.since), n: number(kept.times), last: last ? when(last.start) : "" }));
  }

  /* Reads the condition once nobody has typed for a moment; shows its sentence, or the slip with a caret. */
  async function check() {
    const turn = ++asked, text = by("r-when").value;
    if (!text.trim()) return shown(null, "");
    await new Promise((done) => setTimeout(done, PAUSE));
    if (turn !== asked) return;
    const found = await call("/rules/check", "POST", { when: text });
    if (turn === asked) shown(found, text);
  }

  function shown(found, text) {
    readable = Boolean(found?.ok);
    checkedWhen = text;
    by("r-sentence").replaceChildren(...(readable ? [made("small", {}, say("sentence")), made("br"), found.sentence[lang]] : []));
    slip("when", found && !found.ok ? found.problem[lang] : "", found?.position, text);
  }

  function slip(name, sentence, position, text = "") {
    const place = by(`r-${name}-slip`), control = by(`r-${name}`);
    control?.setAttribute("aria-invalid", String(Boolean(sentence)));
    if (!sentence) return place.replaceChildren();
    const pointed = position !== undefined && position !== null;
    const line = text.slice(0, position).split("\n").length - 1, start = text.lastIndexOf("\n", position - 1) + 1;
    const caret = pointed ? [made("pre", { "aria-hidden": "true" }, `${text.split("\n")[line] ?? ""}\n${" ".repeat(Math.max(position - start, 0))}^`)] : [];
    place.replaceChildren(...caret, made("p", {}, ...(pointed ? [made("b", {}, say("at", { n: position + 1 })), " "] : []), sentence));
  }

  const drafted = () => ({
    name: by("r-name").value.trim() || by("r-when").value.trim().slice(0, 60), when: by("r-when").value, brands: chosen("brands").length ? chosen("brands") : null,
    topic: by("r-topic")?.value || null, severity: chosen("severity")[0], tell: persons.length ? chosen("tell") : (rule?.tell ?? []),
    quiet: by("r-quiet").value.trim(), shadow: chosen("run")[0] === "shadow", paused: chosen("run")[0] === "paused",
  });

  /* Saves or takes back; nothing is written or sent again meanwhile, as the form is drawn anew then. `act` returns what to say. */
  async function acting(act) {
    if (by("r-form").inert) return;
    by("r-said").textContent = say("saving");
    try {
      const told = await window.Emberwatch.forms.held(by("r-form"), act);
      by("r-said").textContent = told;
    } catch (error) {
      if (error.position !== undefined) slip("when", error.message, error.position, by("r-when").value);
      by("r-said").replaceChildren(made("b", {}, say("failed")), " ", made("span", { lang: "en" }, error.message));
    }
  }

  const save = () => acting(async () => {
    const kept = rule ? await call(`/rules/${encodeURIComponent(rule.id)}`, "PUT", drafted()) : await call("/rules", "POST", drafted());
    await fetched(kept.id);
    history.replaceState(null, "", address(kept.id));
    return say("saved");
  });
  const restore = () => acting(async () => {
    const { id } = await call(`/rules/${encodeURIComponent(rule.id)}/restore`, "POST");
    await fetched(id);
    return say("restored");
  });
  const remove = () => acting(async () => {
    await call(`/rules/${encodeURIComponent(rule.id)}`, "DELETE");
    await fetched("");
    history.replaceState(null, "", address(""));
    return say("deleted");
  });
  function sure(open) {
    by("r-sure").hidden = !open;
    by(open ? "r-no" : "r-delete").focus();
  }

  function past() {
    const spans = [2, 7, 30, 90, 365].map((days) => [String(days), say(`days${days}`)]);
    const brands = JSON.parse(page.dataset.brands);
    const brand = by("r-brand")?.value || page.dataset.brand || brands[0][0], days = by("r-span")?.value || "30";
    by("r-found").replaceChildren(
      made("div", { class: "asking" },
        made("div", { class: "field" }, made("label", { for: "r-brand" }, say("brand")), select("brand", brands, brand)),
        made("div", { class: "field" }, made("label", { for: "r-span" }, say("span")), select("span", spans, days)),
        made("div", { class: "choices" },
          rule ? made("label", {}, made("input", { type: "checkbox", id: "r-against", checked: true }), say("against")) : null,
          made("label", {}, made("input", { type: "checkbox", id: "r-detectors" }), say("detectors")))),
      made("div", { class: "buttons" }, made("button", { type: "button", id: "r-try", class: "first", onclick: look }, say("try")), made("button", { type: "button", id: "r-stop", hidden: true, onclick: stop }, say("stop"))),
      made("div", { id: "r-told", "aria-live": "polite" }, made("p", {}, say("first"))), made("div", { id: "r-shown" }), made("div", { id: "r-budget" }));
    by("r-brand").addEventListener("change", budget);
    budget();
  }

  async function look() {
    const mine = ++tried;
    await check();
    if (mine !== tried) return;
    if (!readable || checkedWhen !== by("r-when").value) return by("r-told").replaceChildren(made("p", {}, say("broken")));
    const draft = drafted(), days = Number(by("r-span").value);
    const against = by("r-against")?.checked && rule && rule.when !== draft.when;
    const told = { brand: by("r-brand").value, topic: draft.topic, conditions: [draft.when], rules: against ? [rule.id] : [], severity: draft.severity,
      quiet: draft.quiet, detectors: by("r-detectors").checked, start: new Date(Date.now() - days * 864e5).toISOString() };
    by("r-shown").replaceChildren();
    try {
      let found = await call("/backtest", "POST", told);
      while (["waiting", "running"].includes(found.state)) {
        if (mine !== tried) return call(`/backtest/${found.id}`, "DELETE").catch(() => null);
        [run, by("r-stop").hidden] = [found, false];
        const share = Math.round(found.progress * 100);
        by("r-told").replaceChildren(made("p", {}, found.state === "waiting" ? say("waiting") : say("running", { n: share })), made("progress", { max: 100, value: share, "aria-label": say("past") }));
        await new Promise((done) => setTimeout(done, PAUSE));
        found = await call(`/backtest/${found.id}`);
      }
      if (mine !== tried) return;
      if (found.state === "done") result(found, against);
      else by("r-told").replaceChildren(made("p", {}, found.problem ?? say("stopped")));
    } catch (error) {
      if (mine !== tried) return;
      by("r-told").replaceChildren(made("p", { role: "alert", lang: "en" }, error.message));
    }
    by("r-stop").hidden = true;
  }
  const stop = () => run && call(`/backtest/${run.id}`, "DELETE");

  const minutes = (seconds) => (seconds === null ? say("nothing") : say("minutes", { n: number(seconds / 60, 0) }));
  const heard = (one) => one.alarms.filter((alarm) => !alarm.quiet);

  function result(found, against) {
    const [one, other, ...rest] = found.trials; // rules in force come before conditions
    found = { ...found, trials: against ? [other, one, ...rest] : found.trials };
    const first = found.trials[0], fits = first.false <= first.budget;
    const title = (one, place) => (place === 0 ? say("draft") : one.when ? say("force") : say("ours"));
    by("r-told").replaceChildren(
      made("p", { class: "answer" }, say("answer", { alarms: heard(first).length, found: first.found, known: first.crises.length, false: number(first.false) })),
      made("p", { class: fits ? "fits" : "toomany" }, `${fits ? "✓" : "✕"} ${say(fits ? "within" : "beyond", { n: number(first.budget) })}`));
    const figures = [["alarms", (one) => String(heard(one).length)], ["found", (one) => `${one.found} / ${one.crises.length}`], ["delay", (one) => minutes(one.delay)],
      ["wrong", (one) => number(one.false)], ["unjudged", (one) => String(one.unjudged)], ["way", (one) => say(`way_${one.way}`)]];
    const head = made("tr", {}, made("td"), ...found.trials.map((one, place) => made("th", { scope: "col" }, title(one, place))));
    const lines = figures.map(([key, cell]) => made("tr", {}, made("th", { scope: "row" }, say(key)), ...found.trials.map((one) => made("td", {}, cell(one)))));
    const chart = made("div", { id: "r-chart", role: "img", "aria-label": say("chart") });
    const met = (alarm) => say({ real: "real", noise: "noise" }[alarm.meaning] ?? `meaning_${alarm.meaning}`) + (alarm.quiet ? `, ${say("in_quiet")}` : "");
    const link = (id, text) => (id ? made("a", { href: `/incident/${id}?lang=${lang}` }, text) : text);
    const alarms = first.alarms.slice(-LISTED).reverse().map((alarm) => made("li", { class: alarm.meaning }, link(alarm.incident, when(alarm.start)), ` · ${minutes((new Date(alarm.end) - new Date(alarm.start)) / 1000)} · ${met(alarm)}`));
    const more = first.alarms.length > LISTED ? [made("li", {}, say("more", { n: first.alarms.length - LISTED }))] : [];
    const missed = first.crises.filter((one) => one.alarm === null).map((one) => made("li", {}, link(one.incident, when(one.since))));
    const none = (key) => made("p", {}, say(key));
    by("r-shown").replaceChildren(chart, made("p", { class: "help" }, say("chart")),
      made("table", { class: "sides" }, made("thead", {}, head), made("tbody", {}, ...lines)),
      made("h3", {}, say("list")), alarms.length ? made("ul", { class: "alarms" }, ...alarms, ...more) : none("no_alarms"),
      made("h3", {}, say("misses")), missed.length ? made("ul", { class: "alarms" }, ...missed) : none(first.crises.length ? "no_misses" : "no_known"));
    window.emberwatchRules.draw(chart, found, first, say, page.dataset.zone, lang);
  }

  async function fetched(id) {
    rules = (await call("/rules")).items;
    rule = rules.find((one) => one.id === id) ?? null;
    rows();
    form();
    past();
  }

  async function begin(found) {
    page = found;
    words = JSON.parse(page.dataset.words);
    lang = page.querySelector(".desk").lang;
    document.documentElement.lang = lang;
    persons = (await call("/people").catch(() => ({ items: [] }))).items;
    await fetched(page.dataset.rule);
    page.addEventListener("change", (event) => event.target.name === "r-severity" && budget());
    page.dataset.ready = "yes";
  }

  document.addEventListener("keydown", (event) => {
    if (!by("rules") || !event.altKey) return;
    if (event.key === "Enter") look();
    if (event.code === "KeyS") save();
    if (event.key === "Enter" || event.code === "KeyS") event.preventDefault();
  });
  new MutationObserver(() => {
    const found = by("rules");
    if (found && found !== page) begin(found);
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
