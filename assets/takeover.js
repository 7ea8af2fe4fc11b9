/* Three short rising tones when an incident takes the wall, where the screen may sound; and always what they say in words. */
(() => {
  "use strict";
  const TONES = [523.25, 659.25, 783.99];
  const LENGTH = 0.16;
  const STEP = 0.24;
  const LOUD = 0.25;
  const AGAIN = 600000;
  const TWIN = 60000;
  const asked = new URLSearchParams(location.search);
  const allowed = asked.get("sound") === "1";
  let context = null;
  let level = 0;
  let owed = false;
  let told = { text: "", until: 0 };

  const wall = () => document.getElementById("wall");
  const locked = () => allowed && (!context || context.state !== "running");

  function place() {
    const foot = document.querySelector(".stage .foot");
    if (!foot) return null;
    let found = foot.querySelector(".sounded");
    if (!found) {
      found = document.createElement("span");
      found.className = "sounded";
      found.setAttribute("role", "status");
      foot.querySelector(".life").after(found);
    }
    return found;
  }

  /* The words beside the tones: what sounded, or that nothing can sound and what to do about it. */
  function show() {
    const found = place();
    if (!found) return;
    const words = locked() ? wall().dataset.locked : performance.now() < told.until ? told.text : "";
    if (found.textContent !== words) found.textContent = words;
    found.classList.toggle("locked", locked());
  }

  function tones() {
    TONES.forEach((pitch, number) => {
      const at = context.currentTime + 0.05 + number * STEP;
      const gain = context.createGain();
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(LOUD, at + 0.02);
      gain.gain.linearRampToValueAtTime(0, at + LENGTH);
      const tone = new OscillatorNode(context, { type: "sine", frequency: pitch });
      tone.connect(gain).connect(context.destination);
      tone.start(at);
      tone.stop(at + LENGTH + 0.02);
    });
    owed = false;
    document.body.dataset.sounded = Number(document.body.dataset.sounded || 0) + 1;
  }

  /* Tells whether it is quiet now: `?quiet=22-7` are hours of the wall's zone. */
  function quiet() {
    const [from, to] = (asked.get("quiet") || "").split("-").map(Number);
    if (!Number.isInteger(from) || !Number.isInteger(to) || from === to) return false;
    const options = { timeZone: wall().dataset.zone, hour: "2-digit", hourCycle: "h23" };
    const hour = Number(new Intl.DateTimeFormat("en", options).format(new Date()));
    return from < to ? hour >= from && hour < to : hour >= from || hour < to;
  }

  /* At most once in ten minutes and level, also across a reload. */
  function due(now) {
    const key = `emberwatch.sounded.${wall().dataset.wall}.${now}`;
    const last = Number(localStorage.getItem(key));
    if (last && Date.now() - last < AGAIN) return false;
    localStorage.setItem(key, Date.now());
    return true;
  }

  function sound(now) {
    const options = { timeZone: wall().dataset.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    const time = new Intl.DateTimeFormat(wall().lang, options).format(new Date());
    told = { text: wall().dataset.sounded.replace("{level}", now).replace("{time}", time), until: performance.now() + TWIN };
    if (locked()) owed = true;
    else tones();
    show();
  }

  /* Hears from the painter which level wants to be heard: 0 when nothing does, or somebody has acknowledged it. */
  function heard(now) {
    if (now > level && allowed && !quiet() && due(now)) sound(now);
    level = now;
  }

  async function unlock() {
    if (!locked() || !context) return;
    await context.resume();
    if (owed && level) tones();
    show();
  }

  if (allowed) {
    context = new AudioContext();
    context.onstatechange = show;
    addEventListener("pointerdown", unlock);
    addEventListener("keydown", unlock);
    setInterval(show, 1000);
  }
  window.Emberwatch = Object.assign(window.Emberwatch || {}, { heardLevel: heard });
})();
