/* /admin/people with `id` or `new`: one person's form, with ways, a test of each, and quiet hours. */
(() => {
  "use strict";
  const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  const SEVERITIES = ["note", "warning", "crisis"];
  const KINDS = ["mail", "webhook", "apprise"];
  const PATIENCE = 60000;
  const SHAPES = { mail: /^[^\s@]+@[^\s@]+$/, webhook: /^https?:\/\/[^\s/]+/, apprise: /^[a-z][a-z0-9+.-]*:\/\/.+/i };
  const F = () => window.Emberwatch.forms;
  let words = {};
  let known = null;

  const say = (key, values) => F().say(words, key, values);
  const days = () => DAYS.map((day) => [day, say(`day_${day}`)]);
  const severities = (what) => SEVERITIES.map((one) => [one, say(`${what}_${one}`)]);

  /* Gives a part a button that takes it off; the button that adds one takes the focus then. */
  function removable(part) {
    const off = () => { const add = part.parentElement.nextElementSibling; part.remove(); renumber(); add.focus(); };
    const button = F().h("button", { type: "button", class: "remove", on: { click: off } }, say("remove"));
    part.append(button);
    return part;
  }

  /* Numbers the parts, so that each has a name of its own for who cannot see. */
  function renumber() {
    for (const [kind, word] of [[".way", "way"], [".quiet", "quiet_one"]]) {
      document.querySelectorAll(`#p-form ${kind}`).forEach((part, place) => {
        const name = say(word, { n: place + 1 });
        part.querySelector("legend").textContent = name;
        part.querySelectorAll("button").forEach((button) => button.setAttribute("aria-label", `${name}: ${button.textContent}`));
      });
    }
  }

  function way(one) {
    const { h, field, select } = F();
    const kept = one.id && one.kind !== "mail";
    const kind = select(KINDS.map((name) => [name, say(`kind_${name}`)]), one.kind);
    const address = h("input", { type: "text", autocomplete: "off", spellcheck: "false", value: kept ? "" : one.address });
    const hint = () => { address.placeholder = kept && kind.value === one.kind ? say("address_kept", { shown: one.shown }) : say(`address_${kind.value}`); };
    kind.addEventListener("change", hint);
    hint();
    const least = select(severities("least"), one.least);
    const label = h("input", { type: "text", maxlength: 80, value: one.label });
    const answer = h("p", { class: "answer", role: "status", "data-way": one.id });
    const rows = [field(say("kind"), kind), field(say("address"), address), field(say("least"), least), field(say("label"), label)];
    const part = h("fieldset", { class: "way" }, h("legend"), h("div", { class: "row" }, ...rows), answer);
    part.read = () => {
      const written = address.value.trim();
      const wrong = (written || !kept || kind.value !== one.kind) && !SHAPES[kind.value].test(written);
      F().slip(rows[1], wrong ? say(`wrong_${kind.value}`) : "");
      return wrong ? null : { id: one.id, kind: kind.value, address: written, least: least.value, label: label.value.trim() };
    };
    return removable(part);
  }

  /* Sends a test by every way as it is saved, and says beside each what came of it. */
  async function trial(button, answer) {
    const { ask, tell } = F();
    if (button.hasAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    document.querySelectorAll("[data-way]").forEach((one) => one.replaceChildren());
    tell(answer, say("testing"));
    try {
      const done = await ask(`/api/v1/people/${encodeURIComponent(known.id)}/test?lang=${document.querySelector(".desk").lang}`, "POST", undefined, PATIENCE);
      if (!done.ok) return tell(answer, "", done.answer.detail);
      tell(answer, say(done.answer.works ? "tested" : "failed"), done.answer.works ? "" : done.answer.said);
      for (const one of done.answer.items) {
        const place = [...document.querySelectorAll("[data-way]")].find((some) => some.dataset.way === one.way);
        const proof = one.reason || one.attempts.at(-1)?.proof || "";
        if (place) tell(place, say(one.state === "delivered" ? "arrived" : "missing"), proof);
      }
    } catch {
      tell(answer, say("lost"));
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  function testing() {
    const { h } = F();
    const answer = h("p", { class: "answer", role: "status" });
    const button = h("button", { type: "button", on: { click: () => trial(button, answer) } }, say("test"));
    return h("div", { class: "testing" }, h("p", { class: "help" }, say("test_help")), button, answer);
  }

  function quiet(one) {
    const { h, field, choices, chosen, select } = F();
    const on = choices(say("days"), "checkbox", days(), one.days);
    const from = h("input", { type: "time", value: one.from });
    const to = h("input", { type: "time", value: one.to });
    const breaks = select(severities("breaks"), one.breaks_for);
    const times = [field(say("from"), from), field(say("to"), to)];
    const part = h("fieldset", { class: "quiet" }, h("legend"), h("div", { class: "row" }, on, ...times, field(say("breaks"), breaks)));
    part.read = () => {
      const wrong = [F().slip(on, chosen(on).length ? "" : say("wrong_days")), F().slip(times[0], from.value && to.value ? "" : say("wrong_hours"))];
      return wrong.some(Boolean) ? null : { days: chosen(on), from: from.value, to: to.value, breaks_for: breaks.value };
    };
    return removable(part);
  }

  function adding(text, list, make) {
    const add = () => { const part = make(); list.append(part); renumber(); part.querySelector("input, select").focus(); };
    return F().h("button", { type: "button", on: { click: add } }, text);
  }

  function form(person, root) {
    const { h, field, choices, chosen, ask, held, idle, tell, slip, point } = F();
    const brands = JSON.parse(root.dataset.brands);
    const name = h("input", { type: "text", maxlength: 80, value: person.name, autocomplete: "off" });
    const id = h("input", { type: "text", maxlength: 63, value: person.id, disabled: Boolean(known), autocomplete: "off" });
    const zones = h("datalist", { id: "p-zones" }, ...Intl.supportedValuesOf("timeZone").map((one) => h("option", { value: one })));
    const zone = h("input", { type: "text", value: person.zone, list: "p-zones", autocomplete: "off" });
    const language = choices(say("language"), "radio", [["de", "Deutsch"], ["en", "English"]], [person.language]);
    const active = h("input", { type: "checkbox", checked: person.active });
    const among = choices(say("brands"), "checkbox", brands, person.brands, say("brands_help"));
    const ways = h("div", { class: "parts" }, ...person.ways.map(way));
    const quiets = h("div", { class: "parts" }, ...person.quiet.map(quiet));
    const fresh = () => way({ id: "", kind: "mail", address: "", shown: "", least: "note", label: "" });
    const night = () => quiet({ days: DAYS, from: "22:00", to: "07:00", breaks_for: "crisis" });
    const called = field(say("name"), name);
    const said = document.getElementById("p-said");

    async function save() {
      if (shell.inert) return;
      said.replaceChildren(); // what was said of the last save is not true of this one, and equal words would not be read again
      const missing = slip(called, name.value.trim() ? "" : say("wrong_name"));
      const parts = [ways, quiets].map((list) => [...list.children].map((part) => part.read()));
      if (missing || parts.flat().includes(null)) {
        tell(said, say("not_saved"));
        return point(document.getElementById("p-form"));
      }
      const body = { name: name.value, language: chosen(language)[0], zone: zone.value.trim(), ways: parts[0], quiet: parts[1], brands: chosen(among), active: active.checked };
      tell(said, say("saving"));
      await held(shell, () => send(body));
    }

    async function send(body) {
      try {
        const done = known ? await ask(`/api/v1/people/${encodeURIComponent(known.id)}`, "PUT", body) : await ask("/api/v1/people", "POST", { ...body, id: id.value.trim() });
        if (!done.ok) return tell(said, say("not_saved"), done.answer.detail);
        const address = new URL(location);
        address.searchParams.delete("new");
        address.searchParams.set("id", done.answer.id);
        history.replaceState(history.state, "", address);
        known = done.answer;
        root.dataset.person = known.id;
        draw(root);
        if (idle()) document.querySelector("#p-form .first").focus();
        tell(said, say("saved"));
        window.Emberwatch.duty.look();
      } catch {
        tell(said, say("lost"));
      }
    }

    const shell = h("form", { novalidate: true, on: { submit: (event) => { event.preventDefault(); save(); } } },
      h("div", { class: "row" }, called, field(say("id"), id, say("id_help")), language, field(say("zone"), zone), zones),
      h("div", { class: "field" }, h("label", {}, active, say("active"))),
      brands.length > 1 ? among : null,
      h("h2", {}, say("ways")), ways, adding(say("add_way"), ways, fresh),
      known?.ways.length ? testing() : null,
      h("h2", {}, say("quiet")), h("p", { class: "help" }, say("quiet_help")), quiets, adding(say("add_quiet"), quiets, night),
      h("div", { class: "buttons" }, h("button", { type: "submit", class: "first" }, say("save")), ...(known ? deletion(root) : [])));
    document.getElementById("p-heading").textContent = known ? known.name : say("new");
    document.getElementById("p-form").replaceChildren(shell);
    renumber();
  }

  /* Deleting asks first: the question takes the focus, "no" gives it back. */
  function deletion(root) {
    const { h, ask, held, tell } = F();
    const said = document.getElementById("p-said");
    const asked = (open) => { sure.hidden = !open; (open ? no : button).focus(); };
    async function forget() {
      try {
        const done = await ask(`/api/v1/people/${encodeURIComponent(known.id)}`, "DELETE");
        if (done.ok) location.href = `/admin/people?lang=${document.querySelector(".desk").lang}`;
        else tell(said, "", done.answer.detail);
      } catch {
        tell(said, say("lost"));
      }
    }
    const no = h("button", { type: "button", on: { click: () => asked(false) } }, say("sure_no"));
    const yes = h("button", { type: "button", class: "danger", on: { click: () => held(yes.form, forget) } }, say("sure_yes"));
    const sure = h("div", { class: "sure", role: "group", hidden: true }, h("p", {}, say("sure", { name: known.name })), yes, no);
    const button = h("button", { type: "button", on: { click: () => asked(true) } }, say("delete"));
    return [button, sure];
  }

  function draw(root) {
    const empty = { id: "", name: "", zone: root.dataset.zone, language: document.querySelector(".desk").lang, ways: [], quiet: [], brands: [], active: true };
    form(known || { ...empty, ways: [{ id: "", kind: "mail", address: "", shown: "", least: "note", label: "" }] }, root);
  }

  async function begin(root) {
    words = JSON.parse(root.dataset.words);
    known = null;
    const id = root.dataset.person;
    try {
      if (id) {
        const found = await F().ask(`/api/v1/people/${encodeURIComponent(id)}`);
        if (!found.ok) return F().tell(document.getElementById("p-said"), say("gone", { id }));
        known = found.answer;
      }
      draw(root);
    } catch {
      F().tell(document.getElementById("p-said"), say("lost"));
    }
  }

  new MutationObserver(() => {
    const root = document.getElementById("people");
    if (!root || root.dataset.begun || !document.getElementById("p-form")) return;
    root.dataset.begun = "1";
    begin(root);
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
