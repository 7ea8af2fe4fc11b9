"""Signs of sentiment: colour never speaks alone."""

from app.domain.analysis import Label

SIGNS: dict[Label, str] = {"negative": "▼", "neutral": "■", "positive": "▲", "uncertain": "▨"}
MARKS: dict[Label, str] = {"negative": "n", "neutral": "s", "positive": "p", "uncertain": "q"}
"""Label → class in the style sheet."""
