import re

import pytest

from dashboard.server import ASSETS
from dashboard.theme import MARK_CONTRAST, PALETTES, TEXT_CONTRAST, Palette, contrast


def weak(palette: Palette) -> list[str]:
    """Return the colours of a palette that cannot be read on its grounds."""
    grounds = (palette.ground, palette.panel)
    texts = {n: getattr(palette, n) for n in ("text", "second", "negative_text", "positive_text")}
    marks = {n: getattr(palette, n) for n in ("negative", "neutral", "positive")}
    found = [n for n, c in texts.items() if min(contrast(c, g) for g in grounds) < TEXT_CONTRAST]
    found += [n for n, c in marks.items() if min(contrast(c, g) for g in grounds) < MARK_CONTRAST]
    return found + (["alarm"] if contrast(palette.alarm, palette.on_alarm) < TEXT_CONTRAST else [])


@pytest.mark.parametrize("theme", PALETTES)
def test_palettes_can_be_read(theme):
    assert weak(PALETTES[theme]) == []


def test_a_weak_colour_is_found():
    import dataclasses

    assert weak(dataclasses.replace(PALETTES["dark"], second="#8B98A5", neutral="#333333")) == ["second", "neutral"]


def test_contrast_of_black_and_white():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize(
    ("theme", "rule"), [("dark", r":root \{(.*?)\}"), ("light", r":root\[data-theme=\"light\"\] \{(.*?)\}")]
)
def test_the_style_sheet_holds_the_same_colours(theme, rule):
    written = dict(
        re.findall(r"(--[a-z-]+): (#[0-9A-F]{6})", re.search(rule, (ASSETS / "wall.css").read_text(), re.DOTALL)[1])
    )
    assert written == PALETTES[theme].variables()
