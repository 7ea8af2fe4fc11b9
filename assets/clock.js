/* Tells the truth about time: the clock moves only with the server, and data that grows old is marked. */
(() => {
  "use strict";
  const DELAYED = 5;
  const DISCONNECTED = 15 + 1; // the newest data is up to one heartbeat old when the path breaks
  const LOOK = 250;
  let last = null; // the latest message's times and when it came
  const counted = { seq: null, at: -Infinity }; // the latest seq and when it rose: as long as it rises, somebody counts
  const opened = performance.now();

  function format(wall, at) {
    const options = { timeZone: wall.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
    return new Intl.DateTimeFormat(wall.lang || "de", options).format(new Date(at * 1000));
  }

  /* Returns the age of the data in seconds: how old it was when it left the server, and how long that is ago. */
  function age() {
    if (!last) return (performance.now() - opened) / 1000;
    const since = (performance.now() - last.came) / 1000;
    return Math.max(0, last.data ? last.server - last.data : (last.came - opened) / 1000) + since;
  }

  function state() {
    const old = age();
    const still = (performance.now() - counted.at) / 1000;
    const counting = last && last.data && last.waiting && still < (old > DISCONNECTED ? DISCONNECTED : DELAYED) - 1;
    if (old > DELAYED && counting) return "behind";
    if (old > DISCONNECTED) return "disconnected";
    return old > DELAYED || !last || !last.data ? "delayed" : "live";
  }

  function sentence(wall, now) {
    const say = wall.dataset;
    if (!last) return now === "disconnected" ? say.disconnected.replace("{time}", "–") : say.waiting;
    if (!last.data) return say.noAnalysis;
    if (now === "disconnected") return say.disconnected.replace("{time}", format(wall, last.data));
    return say[now].replace("{age}", Math.max(1, Math.floor(age())));
  }

  function write(element, text) {
    if (element && element.textContent !== text) element.textContent = text;
  }

  function look() {
    const wall = document.getElementById("wall");
    if (!wall) return;
    const now = state();
    if (document.body.dataset.state !== now) document.body.dataset.state = now;
    write(document.querySelector(".life"), sentence(wall, now));
  }

  /* Takes the times of a message; the hands move here and nowhere else. */
  function heard(message) {
    last = { server: message.server_time, data: message.data_time, waiting: message.waiting, came: performance.now() };
    if (counted.seq !== null && message.seq > counted.seq) counted.at = last.came;
    counted.seq = message.seq;
    const wall = document.getElementById("wall");
    write(document.querySelector(".clock"), last.data ? format(wall, last.data) : "––:––:––");
    look();
  }

  function start() {
    setInterval(look, LOOK);
  }

  window.Emberwatch = Object.assign(window.Emberwatch || {}, { clock: { heard, start, state, age } });
})();
