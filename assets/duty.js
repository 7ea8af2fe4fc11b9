/* /admin/people: who is on duty and who after whom, kept up to date, with the forms for duty hours and escalation. */
(() => {
  "use strict";
  const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  const SEVERITIES = ["note", "warning", "crisis"];
  const EVERY = 30000;
  const F = () => window.Emberwatch.forms;
  let words = {};
  let persons = [];
  let asked = 0;
  let painted = 0;
  let opened = 0;

  const say = (key, values) => F().say(words, key, values);
  const root = () => document.getElementById("people");
  const said = () => document.getElementById("p-said");

  /* Paints the board anew; /admin has only the place for the warning. */
  async function look() {
    const warning = document.getElementById("people-warning");
    if (!warning) return;
    const { brand = "", person = "" } = root()?.dataset || {};
    const query = new URLSearchParams({ lang: document.querySelector(".desk").lang, brand, person });
    const mine = ++asked;
    try {
      const { ok, answer } = await F().ask(`/admin/people/board?${query}`);
      if (mine < painted) return undefined; // an answer from before what is shown
      painted = mine;
      if (!ok) return root() ? F().tell(warning, "", answer.detail) : undefined;
      for (const [name, nodes] of Object.entries(answer)) {
        const place = document.getElementById(name === "warning" ? "people-warning" : `p-${name}`);
        if (place) window.Emberwatch.morph(place, nodes);
      }
    } catch {
      if (said()) F().tell(said(), say("lost"));
    }
  }

  async function send(path, method, body) {
    const { ask, tell } = F();
    tell(said(), say("saving"));
    try {
      const done = await ask(path, method, body);
      if (done.ok) tell(said(), say("saved"));
      else tell(said(), say("not_saved"), done.answer.detail);
      await look();
      return done.ok;
    } catch {
      tell(said(), say("lost"));
      return false;
    }
  }

  function weekly() {
    const { h, field, choices, chosen, slip } = F();
    const on = choices(say("days"), "checkbox", DAYS.map((day) => [day, say(`day_${day}`)]), DAYS.slice(0, 5));
    const [from, to] = ["08:00", "20:00"].map((value) => h("input", { type: "time", value }));
    const [first, last] = [0, 1].map(() => h("input", { type: "date" }));
    const start = field(say("from"), from);
    const part = h("div", { class: "row" }, on, start, field(say("to"), to), field(say("first"), first), field(say("last"), last));
    part.read = () => {
      const wrong = [slip(on, chosen(on).length ? "" : say("wrong_days")), slip(start, from.value && to.value ? "" : say("wrong_hours"))];
      if (wrong.some(Boolean)) return null;
      return { weekly: { days: chosen(on), from: from.value, to: to.value, first: first.value || null, last: last.value || null } };
    };
    return part;
  }

  function once() {
    const { h, field, slip } = F();
    const [from, to] = [0, 1].map(() => h("input", { type: "datetime-local" }));
    const begin = field(say("begin"), from);
    const part = h("div", { class: "row" }, begin, field(say("end"), to));
    part.read = () => {
      if (slip(begin, from.value && to.value ? "" : say("wrong_hours"))) return null;
      return { once: { from: new Date(from.value).toISOString(), to: new Date(to.value).toISOString() } };
    };
    return part;
  }

  function shift() {
    const { h, field, choices, chosen, held, select, point } = F();
    const brands = JSON.parse(root().dataset.brands);
    const who = select(persons.map((one) => [one.id, one.name]), persons[0]?.id);
    const role = select(["primary", "backup", "absent"].map((one) => [one, say(`role_${one}`)]), "primary");
    const repeated = choices(say("repeated"), "radio", [["weekly", say("every_week")], ["once", say("one_time")]], ["weekly"]);
    const among = choices(say("shifts_of"), "checkbox", brands, [], say("shifts_help"));
    const hours = { weekly: weekly(), once: once() };
    const turn = () => Object.entries(hours).forEach(([name, part]) => { part.hidden = chosen(repeated)[0] !== name; });
    repeated.addEventListener("change", turn);
    turn();
    async function save(event) {
      event.preventDefault();
      const when = hours[chosen(repeated)[0]].read();
      if (!when) return point(form);
      const body = { person: who.value, role: role.value, brands: chosen(among), ...when };
      await held(form, () => send("/api/v1/shifts", "POST", body));
    }
    const form = h("form", { class: "block", novalidate: true, on: { submit: save } },
      h("h3", {}, say("new_shift")), h("div", { class: "row" }, field(say("who"), who), field(say("role"), role), repeated),
      hours.weekly, hours.once, brands.length > 1 ? among : null,
      h("div", { class: "buttons" }, h("button", { type: "submit", class: "first" }, say("add_shift"))));
    return form;
  }

  /* One step, edited as the sentence it is. */
  function step(one) {
    const { h, select, slip } = F();
    const whom = [["duty", say("step_duty")], ["backup", say("step_backup")], ["all", say("step_all")], ...persons.map((p) => [p.id, p.name])];
    const after = h("input", { type: "number", min: 0, step: "any", value: one.after / 60 });
    const [who, least] = [select(whom, one.who), select(SEVERITIES.map((s) => [s, say(`step_of_${s}`)]), one.least)];
    const pieces = [say("step_after"), after, say("step_minutes"), who, say("step_of"), least];
    const part = h("fieldset", { class: "step field" }, h("legend", { class: "aloud" }), h("p", { class: "sentence" }, ...pieces.flatMap((piece) => [piece, " "])), h("div", { class: "slip", role: "alert" }));
    part.append(h("button", { type: "button", class: "remove", on: { click: () => { const add = part.parentElement.nextElementSibling; part.remove(); add.focus(); } } }, say("remove")));
    part.read = () => {
      const wrong = slip(part, after.value !== "" && Number(after.value) >= 0 ? "" : say("wrong_minutes"));
      return wrong ? null : { after: Number(after.value) * 60, who: who.value, least: least.value };
    };
    after.setAttribute("aria-label", `${say("step_after")} … ${say("step_minutes")}`);
    who.setAttribute("aria-label", say("who"));
    least.setAttribute("aria-label", say("least"));
    return part;
  }

  async function chain(brand) {
    const { h, ask, held, point } = F();
    const place = document.getElementById("p-steps");
    const mine = ++opened;
    const { ok, answer } = await ask(`/api/v1/chains/${encodeURIComponent(brand)}`);
    if (!ok || mine !== opened) return undefined;
    const brands = [["*", say("common")], ...JSON.parse(root().dataset.brands)];
    const choice = F().select(brands, brand);
    const anew = async (other) => focused(await chain(other));
    choice.addEventListener("change", () => anew(choice.value));
    const steps = h("div", { class: "parts" }, ...answer.steps.map(step));
    const number = () => [...steps.children].forEach((part, n) => {
      const name = say("step_one", { n: n + 1 });
      part.querySelector("legend").textContent = name;
      part.querySelector("button").setAttribute("aria-label", `${name}: ${say("remove")}`);
    });
    const last = () => Math.max(0, ...[...steps.children].map((part) => part.read()?.after || 0));
    const add = () => { const part = step({ after: last() + 600, who: "all", least: "crisis" }); steps.append(part); number(); part.querySelector("input").focus(); };
    async function save(event) {
      event.preventDefault();
      const read = [...steps.children].map((part) => part.read());
      if (read.includes(null)) return point(form);
      await held(form, () => send(`/api/v1/chains/${encodeURIComponent(brand)}`, "PUT", { steps: read }));
    }
    const reset = async () => { if (await held(form, () => send(`/api/v1/chains/${encodeURIComponent(brand)}`, "DELETE"))) anew(brand); };
    const back = answer.source === "own" ? h("button", { type: "button", on: { click: reset } }, say("reset")) : null;
    const form = h("form", { class: "block", novalidate: true, on: { submit: save } },
      h("h3", {}, say("chain")), F().field(say("chain_of"), choice), steps,
      h("button", { type: "button", on: { click: add } }, say("add_step")),
      h("div", { class: "buttons" }, h("button", { type: "submit", class: "first" }, say("save")), back));
    new MutationObserver(number).observe(steps, { childList: true });
    number();
    place.replaceChildren(form);
    return form;
  }

  /* Gives a form that was asked for the focus, unless it has gone elsewhere meanwhile. */
  function focused(form, pressed = null) {
    if (form && F().idle(pressed)) form.querySelector("select").focus();
  }

  async function remove(button, source) {
    if (button.hasAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    await send(`/api/v1/shifts/${encodeURIComponent(source)}`, "DELETE");
    button.removeAttribute("aria-busy");
    if (F().idle(button)) (document.querySelector("#p-shifts button") || document.querySelector("#p-shift select")).focus();
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("#people button[data-act]");
    if (!button) return;
    const { act, source } = button.dataset;
    if (act === "remove-shift") remove(button, source);
    else focused(await chain(source), button);
  });

  async function begin() {
    if (!root()) return look();
    words = JSON.parse(root().dataset.words);
    await look();
    if (!document.getElementById("p-shift")) return;
    const found = await F().ask("/api/v1/people");
    persons = found.ok ? found.answer.items : [];
    if (persons.length) document.getElementById("p-shift").replaceChildren(shift());
  }

  setInterval(() => { if (!document.hidden) look(); }, EVERY);
  new MutationObserver(() => {
    const place = document.getElementById("people-warning");
    if (!place || place.dataset.begun) return;
    place.dataset.begun = "1";
    begin();
  }).observe(document.documentElement, { childList: true, subtree: true });
  window.Emberwatch = Object.assign(window.Emberwatch || {}, { duty: { look } });
})();
