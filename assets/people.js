/* /admin/people with `id` or `new`: one person's form, with ways, a test of each, and quiet hours. */
(() => {
  "use strict";
  const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  const SEVERITIES = ["note", "warning", "crisis"];
  const KINDS = ["mail", "webhook", "apprise"];
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
    const answer = h("p", { class: "answer", role: "status" });
    const test = h("button", { type: "button", on: { click: () => trial(one, answer, test) } }, say("test"));
    const rows = [field(say("kind"), kind), field(say("address"), address), field(say("least"), least), field(say("label"), label)];
    const part = h("fieldset", { class: "way" }, h("legend"), h("div", { class: "row" }, ...rows), answer, test);
    part.read = () => {
      const written = address.value.trim();
      const wrong = (written || !kept || kind.value !== one.kind) && !SHAPES[kind.value].test(written);
      F().slip(rows[1], wrong ? say(`wrong_${kind.value}`) : "");
      return wrong ? null : { id: one.id, kind: kind.value, address: written, least: least.value, label: label.value.trim() };
    };
    return removable(part);
  }

  async function trial(one, answer, button) {
    const { ask, tell } = F();
    if (!one.id || button.hasAttribute("aria-busy")) {
      if (!one.id) tell(answer, say("unsaved"));
      return;
    }
    button.setAttribute("aria-busy", "true");
    tell(answer, say("testing"));
    try {
      const done = await ask(`/api/v1/people/${encodeURIComponent(known.id)}/test`, "POST", { way: one.id });
      const said = done.answer?.said || done.answer?.proof || "";
      if (!done.ok) tell(answer, "", done.answer.detail);
      else if (done.answer?.works === false || done.answer?.delivered === false) tell(answer, "×", said);
      else tell(answer, say("tested"), said);
    } catch {
      tell(answer, say("lost"));
    } finally {
      button.removeAttribute("aria-busy");
    }
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
    const { h, field, choices, chosen, ask, tell, slip, point } = F();
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
      const missing = slip(called, name.value.trim() ? "" : say("wrong_name"));
      const parts = [ways, quiets].map((list) => [...list.children].map((part) => part.read()));
      if (missing || parts.flat().includes(null)) {
        tell(said, say("not_saved"));
        return point(document.getElementById("p-form"));
      }
      const body = { name: name.value, language: chosen(language)[0], zone: zone.value.trim(), ways: parts[0], quiet: parts[1], brands: chosen(among), active: active.checked };
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
        document.querySelector("#p-form .first").focus();
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
      h("h2", {}, say("quiet")), h("p", { class: "help" }, say("quiet_help")), quiets, adding(say("add_quiet"), quiets, night),
      h("div", { class: "buttons" }, h("button", { type: "submit", class: "first" }, say("save")), ...(known ? deletion(root) : [])));
    document.getElementById("p-heading").textContent = known ? known.name : say("new");
    document.getElementById("p-form").replaceChildren(shell);
    renumber();
  }

  /* Deleting asks first: the question takes the focus, "no" gives it back. */
  function deletion(root) {
    const { h, ask, tell } = F();
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
    const yes = h("button", { type: "button", class: "danger", on: { click: forget } }, say("sure_yes"));
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
