/* Keeps a wall alive: one websocket, for ever, and the page around it. */
(() => {
  "use strict";
  const LONGEST = 5000;
  const QUIET = 8000;
  const LOST = 60000;
  const PROBE = 3000;
  const AWAY = 6000;
  const DRIFT = 60000;
  const DRIFTS = [[0, 0], [0.7, 0.5], [-0.6, 0.7], [0.4, -0.7], [-0.7, -0.4], [0.6, 0.2], [-0.3, 0.6]];
  const asked = new URLSearchParams(location.search);
  const stages = new Map();
  let socket = null;
  let attempts = 0;
  let heardAt = performance.now();
  let connectedAt = performance.now();
  let pending = null;

  function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  /* Builds the frame of the scene: header, banner, blocks, footer; one shown before comes back with its figures,
     as making figures again and again would grow for weeks. */
  function build(wall, layout) {
    const named = layout.map((one) => `${one.slot}:${one.name}`).join();
    const old = wall.querySelector(".stage");
    if (old && old.dataset.layout === named) return;
    if (!stages.has(named)) stages.set(named, framed(layout, named));
    wall.replaceChildren(element("div", { id: "unit" }), stages.get(named));
  }

  function framed(layout, named) {
    const slot = (name, tag) =>
      layout.filter((one) => one.slot === name).map((one) => element(tag, { id: `panel-${one.name}`, "aria-live": "off" }));
    return element("div", { class: "stage", "data-layout": named },
      element("header", { class: "top" }, ...slot("head", "div"), element("div", { class: "where" }), element("div", { class: "clock" })),
      element("div", { class: "banners" }, ...slot("banner", "div")),
      element("main", { class: "blocks" }, ...slot("main", "section")),
      ...slot("takeover", "aside"),
      element("footer", { class: "foot" }, element("span", { class: "life" }), ...slot("foot", "div")));
  }

  function paint(message) {
    const wall = document.getElementById("wall");
    if (message.type === "snapshot") {
      build(wall, message.layout);
      wall.querySelector(".where").textContent = `${message.site} · ${message.title}`;
      document.body.dataset.brand = message.brand.id;
    }
    if (message.drill) document.body.dataset.drill = wall.dataset.drill;
    else delete document.body.dataset.drill;
    if (message.rehearsal) leave(message.rehearsal);
    window.Emberwatch.panels(message.panels);
    window.Emberwatch.clock.heard(message);
    requestAnimationFrame(() => {
      document.body.dataset.seq = message.seq;
      document.body.dataset.paintedAt = Date.now();
    });
  }

  /* Goes to a drill, on the machine this page came from if the drill is on loopback there; `back` is the way home. */
  function leave(address) {
    const there = new URL(location.pathname, address);
    if (["127.0.0.1", "localhost"].includes(there.hostname)) there.hostname = location.hostname;
    there.search = new URLSearchParams([...asked, ["back", location.href]]);
    if (there.host !== location.host) location.replace(there);
  }

  /* Comes home from a drill that is over: nobody answers there any more, and home does. Only to the machine we are on. */
  async function home() {
    const back = asked.get("back");
    if (!back || performance.now() - connectedAt < AWAY) return;
    const there = URL.canParse(back) ? new URL(back) : null;
    if (there && there.protocol === location.protocol && there.hostname === location.hostname) location.replace(there);
  }

  /* Paints the newest message only once the figures' painter is there; older frames are applied in order. */
  function hear(event) {
    heardAt = performance.now();
    paint(JSON.parse(event.data));
  }

  function connect() {
    const wall = document.getElementById("wall");
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const query = new URLSearchParams(asked);
    if (!query.has("lang")) query.set("lang", wall.lang);
    const mine = new WebSocket(`${scheme}://${location.host}/ws/wall/${encodeURIComponent(wall.dataset.wall)}?${query}`);
    socket = mine;
    heardAt = performance.now();
    mine.onmessage = (event) => {
      if (mine !== socket) return;
      attempts = 0;
      connectedAt = performance.now();
      hear(event);
    };
    mine.onclose = () => { if (mine === socket) again(); };
    mine.onerror = () => mine.close();
  }

  function again() {
    socket = null;
    clearTimeout(pending);
    const longest = Math.min(LONGEST, 250 * 2 ** Math.min(attempts, 6));
    attempts += 1;
    pending = setTimeout(connect, longest * (0.5 + Math.random() / 2));
  }

  /* A socket that says nothing is dead: the server speaks once a second. */
  function watch() {
    if (socket && performance.now() - heardAt > QUIET) {
      const silent = socket;
      silent.onclose = null;
      silent.close();
      again();
    }
  }

  /* After a minute without a socket, starts the page afresh, but only once the server answers. */
  async function probe() {
    if (performance.now() - connectedAt < LOST) return;
    try {
      const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(PROBE) });
      if (answer.ok) location.reload();
    } catch { /* not yet */ }
  }

  function drift() {
    const stage = document.querySelector(".stage");
    if (!stage) return;
    const [x, y] = DRIFTS[Math.floor(Date.now() / DRIFT) % DRIFTS.length];
    stage.style.transform = `translate(${x}vw, ${y}vh)`;
  }

  function dress() {
    const root = document.documentElement;
    const distance = Number(asked.get("distance"));
    if (distance >= 1 && distance <= 20) root.style.setProperty("--dh", distance);
    if (asked.get("theme") === "light") root.dataset.theme = "light";
    root.lang = document.getElementById("wall").lang;
  }

  function plotly() {
    const script = element("script", { src: "/vendor/plotly.min.js" });
    script.onload = () => window.Emberwatch.everything();
    document.head.append(script);
  }

  function start() {
    dress();
    plotly();
    window.Emberwatch.clock.start();
    connect();
    setInterval(watch, 1000);
    setInterval(probe, PROBE);
    setInterval(home, 1000);
    setInterval(drift, DRIFT);
    let resized = null;
    addEventListener("resize", () => {
      clearTimeout(resized);
      resized = setTimeout(window.Emberwatch.everything, 100);
    });
    document.fonts.ready.then(window.Emberwatch.everything);
  }

  /* Dash puts the page's layout in when it is ready. */
  function await_wall() {
    if (document.getElementById("wall")) return start();
    const observer = new MutationObserver(() => {
      if (!document.getElementById("wall")) return;
      observer.disconnect();
      start();
    });
    observer.observe(document.documentElement, { childList: true, subtree: true });
  }

  await_wall();
})();
