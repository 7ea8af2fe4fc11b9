/* The budget in the rule workshop: its slider, and which brand it is for, whoever is chosen by the time it is set. */
(() => {
  "use strict";
  let priced = 0;

  /* The budget of the chosen brand at the chosen severity: a slider over what has been tried, each with its price. */
  async function budget({ by, call, chosen, lang, made, number, say }) {
    const place = by("r-budget"), brand = by("r-brand").value, turn = ++priced;
    if (place.dataset.brand !== brand) place.replaceChildren(); // another brand's must not be set meanwhile
    place.dataset.brand = brand;
    const found = await call(`/brands/${encodeURIComponent(brand)}/budget`).catch(() => null);
    if (turn !== priced) return;
    if (!found) return place.replaceChildren();
    const severity = chosen("severity")[0] ?? "warning", mine = found.severities.find((one) => one.severity === severity);
    const prices = mine.prices.length ? mine.prices : [{ budget: mine.budget, reason: mine.reason }];
    const nearest = prices.reduce((best, one, at) => (Math.abs(one.budget - mine.budget) < Math.abs(prices[best].budget - mine.budget) ? at : best), 0);
    const told = made("p", { id: "r-price", "aria-live": "polite" });
    const slider = made("input", { type: "range", id: "r-slider", min: 0, max: prices.length - 1, step: 1, value: nearest });
    const tell = () => {
      const one = prices[Number(slider.value)];
      slider.setAttribute("aria-valuetext", number(one.budget));
      told.replaceChildren(made("b", {}, say("budget_of", { severity: say(severity), n: number(one.budget) })), made("br"), (one.reason ?? mine.reason)[lang]);
    };
    slider.addEventListener("input", tell);
    const set = async () => {
      const numbers = Object.fromEntries(found.severities.map((one) => [one.severity, one.budget]));
      try {
        await call(`/brands/${encodeURIComponent(brand)}/budget`, "PUT", { ...numbers, [severity]: prices[Number(slider.value)].budget });
        told.append(" ", say("budget_kept"));
      } catch (error) {
        told.append(" ", error.message);
      }
    };
    place.replaceChildren(made("h3", {}, say("budget")), made("label", { for: "r-slider", class: "aloud" }, say("budget")), slider, told,
      made("div", { class: "buttons" }, made("button", { type: "button", onclick: set }, say("budget_set"))));
    tell();
  }

  window.emberwatchRules = Object.assign(window.emberwatchRules || {}, { budget });
})();
