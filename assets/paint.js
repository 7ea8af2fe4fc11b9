/* Paints frames: trees of nodes into the DOM (text only as text, attributes from a list), figures with Plotly. */
(() => {
  "use strict";
  const ATTRIBUTES = new Set(["class", "id", "role", "lang", "data-drop", "data-late", "data-state", "data-mode", "data-level", "type", "href",
    "data-act", "data-source", "aria-label", "aria-labelledby", "aria-hidden", "aria-checked", "aria-pressed", "data-verb",
    "data-body", "data-undo", "data-silence", "data-draft", "data-template", "name", "value", "rows", "maxlength", "rel", "target"]);
  const STYLES = new Set(["flexGrow", "width"]);
  const TAGS = new Set(["h1", "h2", "p", "div", "span", "b", "i", "small", "ol", "ul", "li", "strong", "em",
    "article", "button", "a", "dl", "dt", "dd", "header", "section", "details", "summary", "label", "input", "textarea",
    "select", "option", "kbd"]);
  const LENGTHS = new Set(["size", "width", "l", "r", "t", "b", "gridwidth"]);
  const BLOCKS = [5, 3, 2, 1];
  const SPARE = [0, 1, 2, 3];
  const LINES = ["3", "2", "2+1"];
  const figures = new Map();

  function make(node) {
    const tag = TAGS.has(node[0]) ? node[0] : "span";
    const element = document.createElement(tag);
    if (node[1].key !== undefined) element.dataset.key = node[1].key;
    return element;
  }

  function dress(element, attributes) {
    for (const { name } of [...element.attributes]) {
      if (ATTRIBUTES.has(name) && !(name in attributes)) element.removeAttribute(name);
    }
    for (const [name, value] of Object.entries(attributes)) {
      const drawn = name === "class" && element.classList.contains("js-plotly-plot"); // Plotly's own style hangs on it
      if (ATTRIBUTES.has(name) && !drawn && element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
      if (name === "style") {
        for (const [property, length] of Object.entries(value)) {
          if (STYLES.has(property)) element.style[property] = length;
        }
      }
    }
  }

  function candidate(node, cursor, keyed) {
    const key = node[1].key;
    if (key !== undefined) return keyed.get(String(key));
    const same = cursor && cursor.nodeType === 1 && cursor.dataset.key === undefined;
    return same && cursor.localName === node[0] ? cursor : undefined;
  }

  /* Makes the children of `parent` what `nodes` say, keeping elements by key, so that nothing moves without need. */
  function morph(parent, nodes) {
    const known = parent.hasChildNodes();
    const keyed = new Map([...parent.children].filter((c) => c.dataset.key).map((c) => [c.dataset.key, c]));
    let cursor = parent.firstChild;
    for (const node of nodes) {
      if (typeof node === "string") {
        if (cursor && cursor.nodeType === 3) {
          if (cursor.data !== node) cursor.data = node;
          cursor = cursor.nextSibling;
        } else parent.insertBefore(document.createTextNode(node), cursor);
        continue;
      }
      let element = candidate(node, cursor, keyed);
      const fresh = element === undefined;
      if (fresh) element = make(node);
      if (element === cursor) cursor = cursor.nextSibling;
      else parent.insertBefore(element, cursor);
      dress(element, node[1]);
      if (!element.classList.contains("figure")) morph(element, node.slice(2));
      if (fresh && known) element.classList.add("fresh");
    }
    while (cursor) {
      const next = cursor.nextSibling;
      cursor.remove();
      cursor = next;
    }
  }

  function unit() {
    return document.getElementById("unit").getBoundingClientRect().width;
  }

  /* Returns a figure with its lengths, given in units of u, in pixels. */
  function scaled(value, u) {
    if (Array.isArray(value)) return value.map((one) => (typeof one === "object" && one ? scaled(one, u) : one));
    const result = {};
    for (const [name, one] of Object.entries(value)) {
      if (typeof one === "number" && LENGTHS.has(name)) result[name] = one * u;
      else result[name] = typeof one === "object" && one ? scaled(one, u) : one;
    }
    return result;
  }

  function draw(id) {
    const div = document.getElementById(id);
    if (!window.Plotly || !div || !div.offsetParent || !figures.has(id)) return;
    const box = div.getBoundingClientRect();
    const { data, layout } = scaled(figures.get(id), unit());
    layout.width = Math.floor(box.width);
    layout.height = Math.floor(box.height);
    window.Plotly.react(div, data, layout, { staticPlot: true, responsive: false });
  }

  function overflows(element) {
    const taller = (one) => one.scrollHeight > one.clientHeight + 1;
    return taller(element) || element.scrollWidth > element.clientWidth + 1 || [...element.querySelectorAll(".cards, .what")].some(taller);
  }

  /* Hides what may be dropped, the highest number first, until the rest fits; never shrinks type.
     What has `data-late` is given up only where no more blocks than that are left. */
  function fit(element, count = 0) {
    const all = [...element.querySelectorAll("[data-drop]")];
    for (const one of all) one.hidden = false;
    const droppable = all.filter((one) => !one.dataset.late || count <= one.dataset.late);
    droppable.sort((a, b) => a.dataset.drop - b.dataset.drop);
    while (droppable.length && overflows(element)) {
      const last = droppable[droppable.length - 1].dataset.drop;
      while (droppable.length && droppable[droppable.length - 1].dataset.drop === last) droppable.pop().hidden = true;
    }
    return !overflows(element);
  }

  /* Fits a block; cards say it in fewer lines so that two find room, and where only one does, it may say all. */
  function settle(section, count) {
    const cards = section.querySelector(".cards");
    if (!cards) return fit(section, count) && !section.querySelector("ol:not(:has(> :not([hidden])))");
    const shown = () => cards.querySelectorAll(".card:not([hidden])").length;
    for (const lines of LINES) {
      cards.dataset.lines = lines;
      if (fit(section) && shown() > 1) return true;
    }
    cards.dataset.lines = "all";
    return fit(section) && shown() > 0;
  }

  function blocks(main) {
    const sections = [...main.children];
    for (const count of BLOCKS) {
      main.dataset.blocks = count;
      sections.forEach((section, place) => { section.hidden = place >= count; });
      if (sections.slice(0, count).map((section) => settle(section, count)).every(Boolean)) return true;
    }
    return false;
  }

  /* Shows as many blocks as fit, in their declared order; before the last one is cut, header and banner get shorter. */
  function arrange() {
    const stage = document.querySelector(".stage");
    if (!stage) return;
    const main = stage.querySelector("main.blocks");
    const stacked = getComputedStyle(main).display === "flex";
    for (const spare of SPARE) {
      stage.dataset.spare = spare;
      const answer = stage.querySelector("h1");
      const said = !answer || (fit(answer) && (spare > 0 || !answer.querySelector("[hidden]")));
      if (stacked || ((said || spare === SPARE.length - 1) && blocks(main))) break;
    }
    if (stacked) stage.querySelectorAll("[hidden]").forEach((one) => { one.hidden = false; });
    if (!stacked) seize();
    const foot = document.getElementById("panel-liveness");
    if (foot && !stacked) fit(foot);
  }

  /* Fits what an incident takes of the screen: the third as a whole, the parts of a full takeover each for itself. */
  function seize() {
    const taken = document.querySelector("#panel-takeover > .taken");
    if (taken) (taken.dataset.mode === "third" ? [taken] : [...taken.querySelectorAll(".part")]).forEach((one) => fit(one));
  }

  /* Gives the screen to an incident, or back; figures that were hidden meanwhile are drawn anew. */
  function take() {
    const node = document.querySelector("#panel-takeover > .taken");
    const mode = node ? node.dataset.mode : "";
    const loud = document.querySelector("#wall [data-level]");
    window.Emberwatch.heardLevel?.(loud ? Number(loud.dataset.level) : 0);
    if ((document.body.dataset.takeover || "") === mode) return;
    document.body.dataset.takeover = mode;
    everything();
  }

  function panels(drawn) {
    for (const [name, panel] of Object.entries(drawn)) {
      const place = document.getElementById(`panel-${name}`);
      if (!place) continue;
      morph(place, panel.nodes);
      for (const [id, figure] of Object.entries(panel.figures)) figures.set(id, figure);
    }
    if ("banner" in drawn) document.body.toggleAttribute("data-alarm", drawn.banner.nodes.length > 0);
    if ("takeover" in drawn || "banner" in drawn) take();
    if (Object.keys(drawn).length) arrange();
    for (const panel of Object.values(drawn)) Object.keys(panel.figures).forEach(draw);
  }

  function everything() {
    arrange();
    [...figures.keys()].forEach(draw);
  }

  window.Emberwatch = Object.assign(window.Emberwatch || {}, { morph, panels, everything, figures, scaled });
})();
