/* Forms that the pages of people are made of: elements, labelled fields, mistakes beside them, and asking the API. */
(() => {
  "use strict";
  let number = 0;

  /* Makes an element; `on` are listeners, everything else attributes; texts become text only. */
  function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "on") Object.entries(value).forEach(([event, act]) => element.addEventListener(event, act));
      else if (name === "value" || name === "checked") element[name] = value;
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  function say(words, key, values = {}) {
    return (words[key] || key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  /* A control under its label, with advice and a place for its mistake. */
  function field(label, control, help = "") {
    control.id ||= `f-${++number}`;
    const parts = [h("label", { for: control.id }, label), control, h("div", { class: "slip", id: `${control.id}-slip`, role: "alert" })];
    if (help) parts.push(h("p", { class: "help", id: `${control.id}-help` }, help));
    return h("div", { class: "field" }, ...parts);
  }

  /* Check boxes or radio buttons under one label. */
  function choices(label, kind, options, chosen, help = "") {
    const id = `f-${++number}`;
    const boxes = options.map(([value, text]) => h("label", {}, h("input", { type: kind, name: id, value, checked: chosen.includes(value) }), text));
    const parts = [h("span", { class: "label", id }, label), h("div", { class: "choices" }, ...boxes), h("div", { class: "slip", id: `${id}-slip`, role: "alert" })];
    if (help) parts.push(h("p", { class: "help", id: `${id}-help` }, help));
    return h("div", { class: "field", role: kind === "radio" ? "radiogroup" : "group", "aria-labelledby": id }, ...parts);
  }

  const chosen = (group) => [...group.querySelectorAll("input:checked")].map((one) => one.value);

  function select(options, value) {
    const made = h("select", {}, ...options.map(([key, text]) => h("option", { value: key }, text)));
    made.value = value;
    return made;
  }

  /* Says what is wrong beside a field; returns whether something is. */
  function slip(place, sentence) {
    const here = place.querySelector(".slip");
    here.replaceChildren(...(sentence ? [h("p", {}, sentence)] : []));
    return Boolean(sentence);
  }

  /* Moves to the first field with a mistake. */
  function point(form) {
    const wrong = [...form.querySelectorAll(".slip")].find((one) => one.textContent);
    wrong?.closest(".field").querySelector("input, select")?.focus();
  }

  async function ask(path, method = "GET", body = undefined, patience = 30000) {
    const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
    const response = await fetch(path, { method, signal: AbortSignal.timeout(patience), ...sent });
    const answer = response.status === 204 ? null : await response.json();
    return { ok: response.ok, answer };
  }

  /* Does something with a form that can be neither changed nor sent again meanwhile; the focus comes back, unless it went elsewhere. */
  async function held(form, work) {
    if (form.inert) return undefined;
    const at = form.contains(document.activeElement) ? document.activeElement : null;
    form.inert = true;
    form.setAttribute("aria-busy", "true");
    try {
      return await work();
    } finally {
      form.inert = false;
      form.removeAttribute("aria-busy");
      if (at && idle(at)) (at.isConnected ? at : document.getElementById(at.id))?.focus(); // a form drawn anew has it by its id
    }
  }

  /* Tells whether the focus still is where something was pressed, or nowhere: only then may it be moved. */
  const idle = (pressed = null) => [document.body, pressed].includes(document.activeElement);

  /* Waits for an answer of Dash: until something in the places `shown` changes, or nothing has been under way for a while. */
  function answered(shown, more = "") {
    const loading = [shown, more].join().split(",").filter(Boolean).map((one) => `${one}[data-dash-is-loading]`).join();
    return new Promise((done) => {
      let still = 0;
      const over = () => { clearInterval(beat); watch.disconnect(); done(); };
      const within = ({ target }) => (target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement)?.closest(shown);
      const watch = new MutationObserver((changes) => changes.some(within) && over());
      const beat = setInterval(() => { still = document.querySelector(loading) ? 0 : still + 1; if (still > 2) over(); }, 400);
      watch.observe(document.documentElement, { subtree: true, childList: true, characterData: true });
    });
  }

  /* Tells how something ended; sentences of the API are English. */
  function tell(place, text, english = "") {
    place.replaceChildren(h("span", {}, text), ...(english ? [" ", h("span", { lang: "en" }, english)] : []));
  }

  window.Emberwatch = Object.assign(window.Emberwatch || {}, { forms: { h, say, field, choices, chosen, select, slip, point, ask, held, idle, answered, tell } });
})();
