"""Checkers of a painted wall; each returns what it finds wrong, and each is shown a planted fault in the tests."""

from typing import Any

from playwright.sync_api import Page

VISIBLE_TEXT = """
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data.trim();
    const element = node.parentElement;
    if (!text || ["SCRIPT", "STYLE", "NOSCRIPT"].includes(element.tagName)) continue;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    found.push({ text, element, box });
  }
"""

CONTRAST = (
    "() => {"
    + VISIBLE_TEXT
    + """
  const parse = (colour) => {
    const n = colour.match(/[\\d.]+/g).map(Number);
    return { rgb: n.slice(0, 3), a: n.length > 3 ? n[3] : 1 };
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const over = (top, below) => top.rgb.map((v, i) => v * top.a + below[i] * (1 - top.a));
  const ground = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const layer = parse(getComputedStyle(one).backgroundColor);
      if (layer.a > 0) layers.push(layer);
      if (layer.a === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  return found.map(({ text, element }) => {
    const style = getComputedStyle(element);
    const ink = parse(element.closest("svg") ? style.fill : style.color);
    const below = ground(element.closest("svg") ? element.closest("svg").parentElement : element);
    return { text, ratio: ratio(over(ink, below), below) };
  }).filter((one) => one.ratio < 7);
}"""
)

TYPE_SIZE = (
    "(least) => {"
    + VISIBLE_TEXT
    + """
  return found.map(({ text, element }) => ({ text, size: parseFloat(getComputedStyle(element).fontSize) }))
    .filter((one) => one.size < least - 0.05);
}"""
)


def contrast_failures(page: Page) -> list[dict[str, Any]]:
    """Return every visible text below 7:1 on what lies behind it, as computed on the page."""
    return list(page.evaluate(CONTRAST))


def type_size_failures(page: Page, distance: float = 5.0, least: float | None = None) -> list[dict[str, Any]]:
    """Return every visible text, ticks of charts included, below 0.646 vh times d/H (or `least` pixels)."""
    height = page.viewport_size["height"]
    return list(page.evaluate(TYPE_SIZE, least or 0.00646 * height * distance))


def stale_mark(page: Page) -> str | None:
    """Return the stale mark if the wall shows one it can be seen by: greyscale, and a sentence with the time."""
    return page.evaluate("""() => {
      const stage = document.querySelector(".stage");
      const grey = stage && getComputedStyle(stage).filter.includes("grayscale(1)");
      const life = document.querySelector(".life");
      const sentence = life ? life.textContent : "";
      return grey && /\\d\\d:\\d\\d:\\d\\d/.test(sentence) ? sentence : null;
    }""")


def overflow_failures(page: Page) -> list[str]:
    """Return the blocks whose content is cut off."""
    return list(
        page.evaluate("""() => [...document.querySelectorAll(
          "h1, .top, .blocks section:not([hidden]), #panel-liveness")]
          .filter((e) => e.scrollHeight > e.clientHeight + 2 || e.scrollWidth > e.clientWidth + 2)
          .map((e) => e.id || e.className)""")
    )


def block_failures(page: Page, blocks: int = 5) -> list[str]:
    """Return the blocks of a scene that are missing or say nothing but their title, or reach beyond their place."""
    return list(
        page.evaluate(
            """(blocks) => {
          const all = [...document.querySelectorAll("main.blocks section")];
          const seen = (one) => one.checkVisibility() && one.getBoundingClientRect().height > 0;
          const beyond = (one) => {
            const floor = one.getBoundingClientRect().bottom + 1;
            return [...one.querySelectorAll("p, li, small, .key, .terms, .figure")].filter(seen)
              .some((part) => part.getBoundingClientRect().bottom > floor);
          };
          const empty = (one) => ![...one.children].slice(1).some(seen)
            || [...one.querySelectorAll("ol, .cards")].some((list) => ![...list.children].some(seen));
          const missing = all.slice(0, blocks).filter((one) => one.hidden || !seen(one) || empty(one) || beyond(one));
          return [...missing.map((one) => one.id), ...(all.length < blocks ? ["too few"] : [])];
        }""",
            blocks,
        )
    )
