"""Colours, and the arithmetic that keeps them readable. `assets/wall.css` holds the same figures (a test compares)."""

from dataclasses import dataclass, fields

from app.domain.wall import Theme

TEXT_CONTRAST = 7.0
"""WCAG 2.2 AAA for text."""

MARK_CONTRAST = 3.0
"""WCAG 2.2 for marks: lines, bars, dots."""


KNEE = 0.04045
"""Where sRGB's curve stops being a line."""


@dataclass(frozen=True)
class Palette:
    """One theme; every text colour holds 7:1 on `ground` and `panel`, every mark 3:1."""

    ground: str
    panel: str
    line: str
    text: str
    second: str
    negative: str
    neutral: str
    positive: str
    negative_text: str
    positive_text: str
    band: str
    alarm: str = "#8E0016"
    on_alarm: str = "#FFFFFF"

    def variables(self) -> dict[str, str]:
        """Return the palette as CSS variables."""
        return {f"--{f.name.replace('_', '-')}": getattr(self, f.name) for f in fields(self)}


PALETTES: dict[Theme, Palette] = {
    "dark": Palette(
        ground="#0F1419",
        panel="#1A222B",
        line="#2A3540",
        text="#E6EDF3",
        second="#AAB4BE",
        negative="#FF9E4A",
        neutral="#6B7682",
        positive="#6DB7FF",
        negative_text="#FF9E4A",
        positive_text="#6DB7FF",
        band="#33414E",
    ),
    "light": Palette(
        ground="#EDF0F3",
        panel="#FFFFFF",
        line="#D3DAE1",
        text="#12181E",
        second="#3D4853",
        negative="#C25E00",
        neutral="#78838F",
        positive="#0A6FCB",
        negative_text="#743600",
        positive_text="#004A8F",
        band="#D9E0E7",
    ),
}


def luminance(colour: str) -> float:
    """Return the relative luminance of `#RRGGBB` (WCAG 2.2, relative luminance)."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= KNEE else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, contrast ratio)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
