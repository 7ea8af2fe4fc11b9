/* The chart of a backtest: mentions, the usual band, alarms and what was missed; sizes are those of the page. */
(() => {
  "use strict";
  let loading;

  function plotly() {
    loading ??= new Promise((done) => {
      if (window.Plotly) return done();
      const script = document.createElement("script");
      script.src = "/vendor/plotly.min.js";
      script.addEventListener("load", done);
      document.head.append(script);
    });
    return loading;
  }

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  /* Where a mark stands: on top of the step that holds its instant. */
  function on(chart, at) {
    const time = new Date(at).getTime();
    const step = chart.filter((one) => new Date(one.start).getTime() <= time).at(-1) ?? chart[0];
    return step ? step.count : 0;
  }

  async function draw(place, found, trial, say, zone, lang) {
    await plotly();
    const local = (text) => new Date(text).toLocaleString("sv-SE", { timeZone: zone });
    const chart = found.chart, x = chart.map((one) => local(one.start));
    const line = (y, told) => ({ x, y, mode: "lines", hoverinfo: "skip", ...told });
    const mark = (instants, name, symbol, tone) => ({
      x: instants.map(local), y: instants.map((at) => on(chart, at)), mode: "markers", name: say(name),
      marker: { symbol, size: 15, color: tone, line: { width: 2, color: colour("--text") } }, hovertemplate: "%{x}<extra></extra>",
    });
    const traces = [
      line(chart.map((one) => one.low), { line: { width: 0 }, showlegend: false }),
      line(chart.map((one) => one.high), { line: { width: 0 }, fill: "tonexty", fillcolor: colour("--band"), name: say("band") }),
      { ...line(chart.map((one) => one.count), { line: { color: colour("--positive"), width: 2 }, name: say("counts") }), hoverinfo: "x+y" },
      mark(trial.alarms.filter((one) => !one.quiet).map((one) => one.start), "alarm", "triangle-up", colour("--negative")),
      mark(trial.crises.filter((one) => one.alarm === null).map((one) => one.since), "missed", "x", colour("--text")),
    ];
    const days = (new Date(found.end) - new Date(found.start)) / 864e5;
    const axis = { gridcolor: colour("--line"), zeroline: false, automargin: true };
    const layout = {
      height: 320, margin: { l: 40, r: 10, t: 10, b: 40 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", showlegend: false,
      font: { size: 18, color: colour("--text"), family: getComputedStyle(place).fontFamily }, xaxis: { ...axis, nticks: 5, tickformat: days > 2 ? (lang === "de" ? "%d.%m." : "%d/%m") : "%H:%M" }, yaxis: { ...axis, rangemode: "tozero", nticks: 5 },
    };
    await window.Plotly.react(place, traces, layout, { displayModeBar: false, responsive: true });
    place.dataset.drawn = "yes";
  }

  window.emberwatchRules = Object.assign(window.emberwatchRules || {}, { draw });
})();
