/* /admin/drills: starts a drill, shows the one that runs, and how fast people were in those that are over. */
(() => {
  "use strict";
  const AGAIN = 2000;
  const MEASURES = ["raised", "acknowledged", "owned", "statement"];
  const F = () => window.Emberwatch.forms;
  let words = {};
  let drawn = "";
  let asked = 0;
  let painted = 0;

  const say = (key, values) => F().say(words, key, values);
  const read = (root, name) => JSON.parse(root.dataset[name]);

  function span(seconds) {
    if (seconds === null || seconds === undefined) return say("never");
    const whole = Math.round(seconds);
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")} min`;
  }

  function when(root, instant) {
    const form = { day: "numeric", month: "numeric", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: root.dataset.zone };
    return new Intl.DateTimeFormat(document.querySelector(".desk").lang, form).format(new Date(instant));
  }

  function form(root, people) {
    const { h, field, choices, chosen, select, ask, held, tell } = F();
    const scenarios = read(root, "scenarios");
    const what = select(scenarios.map(([id, name]) => [id, name]), scenarios[0][0]);
    const about = h("p", { class: "help", id: "d-about" });
    const minutes = h("input", { type: "number", min: 1, max: 600, step: 1 });
    const describe = () => {
      const [, , text, length] = scenarios.find(([id]) => id === what.value);
      about.textContent = text;
      minutes.value = length;
    };
    what.addEventListener("change", describe);
    what.setAttribute("aria-describedby", "d-about");
    describe();
    const brand = select(read(root, "brands"), read(root, "brands")[0][0]);
    const language = choices(say("language"), "radio", [["de", "Deutsch"], ["en", "English"]], [document.querySelector(".desk").lang]);
    const speed = select([["1", say("speed_1")], ["2", say("speed_n", { n: 2 })], ["5", say("speed_n", { n: 5 })]], "1");
    const wall = select([["", say("no_wall")], ...read(root, "walls")], "");
    const reachable = people.filter((one) => one.active && one.ways.length);
    const to = reachable.length ? choices(say("to"), "checkbox", reachable.map((one) => [one.id, one.name]), [], say("to_help")) : h("p", { class: "help" }, say("to_nobody"));
    const said = document.getElementById("d-said");

    async function start() {
      const body = { scenario: what.value, brand: brand.value, language: chosen(language)[0], speed: Number(speed.value), minutes: Number(minutes.value) || null, wall: wall.value || null, recipients: reachable.length ? chosen(to) : [] };
      tell(said, say("sent"));
      try {
        const done = await ask("/api/v1/drills", "POST", body);
        if (!done.ok) return tell(said, say("refused"), done.answer.detail);
        tell(said, say("started"));
        look(root);
      } catch {
        tell(said, say("lost"));
      }
    }

    const made = h("form", { novalidate: true, on: { submit: (event) => { event.preventDefault(); held(made, start); } } },
      h("div", { class: "row" }, field(say("scenario"), what), field(say("brand"), brand), language), about,
      h("div", { class: "row" }, field(say("minutes"), minutes), field(say("speed"), speed, say("speed_help")), field(say("wall"), wall, say("wall_help"))),
      to,
      h("div", { class: "buttons" }, h("button", { type: "submit", class: "first" }, say("start"))));
    return made;
  }

  function named(root, one) {
    const known = read(root, "scenarios").find(([id]) => id === one.scenario);
    const brand = read(root, "brands").find(([id]) => id === one.brand);
    return `${known ? known[1] : one.scenario} · ${brand ? brand[1] : one.brand}`;
  }

  /* Where a drill is seen from this screen: on the same machine as this page, at the drill's own port. */
  function place(address, path) {
    const made = new URL(path, address);
    if (["127.0.0.1", "localhost"].includes(made.hostname)) made.hostname = location.hostname;
    return made.href;
  }

  function running(root, one) {
    const { h, ask, tell } = F();
    const said = document.getElementById("d-said");
    const stop = async ({ target: button }) => {
      if (button.hasAttribute("aria-busy")) return;
      button.setAttribute("aria-busy", "true");
      try {
        const done = await ask(`/api/v1/drills/${encodeURIComponent(one.id)}/stop`, "POST");
        tell(said, done.ok ? say("stopping") : "", done.ok ? "" : done.answer.detail);
      } catch {
        tell(said, say("lost"));
      }
      button.removeAttribute("aria-busy");
      look(root);
    };
    const lang = document.querySelector(".desk").lang;
    const links = one.address && one.began
      ? [h("a", { href: place(one.address, `/wall/${one.wall || read(root, "walls")[0][0]}?lang=${lang}&brand=${one.brand}`) }, say("to_wall")), h("a", { href: place(one.address, `/incidents?lang=${lang}`) }, say("to_room"))]
      : [];
    return h("div", { class: "block live" },
      h("h2", {}, `${say(`state_${one.state}`)}: ${named(root, one)}`),
      h("p", {}, one.began ? say("since", { time: when(root, one.began) }) : say("waits")),
      h("p", {}, one.recipients.length ? say("told", { who: one.recipients.join(", ") }) : say("told_nobody")),
      h("div", { class: "buttons" }, ...links, h("button", { type: "button", disabled: one.state === "stopping", on: { click: stop } }, say("stop"))));
  }

  function card(root, one) {
    const { h } = F();
    const head = h("h3", {}, `${when(root, one.at)} · ${named(root, one)}`);
    const problem = one.problem ? h("p", { lang: "en" }, one.problem) : null;
    if (!one.score) return h("article", { class: "block" }, head, h("p", {}, say(`state_${one.state}`)), problem);
    const rows = MEASURES.map((name) => h("tr", {},
      h("th", { scope: "row" }, say(name)), h("td", { "data-label": say("time") }, span(one.score[name])), h("td", { "data-label": say("target") }, span(one.targets[name])),
      h("td", { class: one.score.reached[name] ? "yes" : "no" }, say(one.score.reached[name] ? "yes" : "no"))));
    const heads = ["", say("time"), say("target"), say("reached")].map((text) => h("th", { scope: "col" }, text));
    const facts = [say("level", { n: one.score.highest_level }), say("ticked", { n: one.score.steps }), say("posts", { n: one.score.mentions }), say("messages", { n: one.score.told })];
    if (one.score.would_tell.length) facts.push(say("would_tell", { who: one.score.would_tell.join(", ") }));
    return h("article", { class: "block" }, head, h("table", {}, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows)), h("p", {}, facts.join(" · ")), problem);
  }

  async function look(root) {
    const mine = ++asked;
    try {
      const { answer, ok } = await F().ask("/api/v1/drills");
      if (mine < painted) return; // an answer from before what is shown
      painted = mine;
      if (!ok || JSON.stringify(answer) === drawn) return;
      drawn = JSON.stringify(answer);
      const alive = answer.items.filter((one) => ["starting", "running", "stopping"].includes(one.state));
      const over = answer.items.filter((one) => !alive.includes(one));
      document.getElementById("d-running").replaceChildren(...alive.map((one) => running(root, one)));
      document.getElementById("d-past").replaceChildren(...(over.length ? over.map((one) => card(root, one)) : [F().h("p", {}, say("none"))]));
    } catch { /* the next look tells */ }
  }

  async function begin(root) {
    words = read(root, "words");
    drawn = "";
    const place = document.getElementById("d-form");
    if (root.dataset.inside) {
      place.replaceChildren(F().h("p", {}, say("inside")));
    } else {
      try {
        const people = await F().ask("/api/v1/people");
        place.replaceChildren(form(root, people.ok ? people.answer.items : []));
      } catch {
        F().tell(document.getElementById("d-said"), say("lost"));
      }
    }
    look(root);
    const beat = setInterval(() => { if (root.isConnected) look(root); else clearInterval(beat); }, AGAIN);
  }

  new MutationObserver(() => {
    const root = document.getElementById("drills");
    if (!root || root.dataset.begun || !document.getElementById("d-form")) return;
    root.dataset.begun = "1";
    begin(root);
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
