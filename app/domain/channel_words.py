"""What channels and connectors are called, in German and in English: one table for pages, walls and messages."""

from app.domain.spoken import Language

NAMES: dict[str, str] = {
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "instagram": "Instagram",
    "facebook": "Facebook",
    "reddit": "Reddit",
    "youtube": "YouTube",
    "tiktok": "TikTok",
    "forum": "Forum",
    "demo": "Demo",
    "x": "X",
    "appstore": "App Store",
    "playstore": "Google Play",
    "hackernews": "Hacker News",
    "meta": "Facebook & Instagram",
    "whatsapp": "WhatsApp",
    "telegram": "Telegram",
    "discourse": "Discourse",
    "discourse_hook": "Discourse",
    "feeds": "Feeds",
    "wordpress": "WordPress",
    "stackexchange": "Stack Exchange",
}
"""Those that are called the same in both languages."""
SAID: dict[Language, dict[str, str]] = {
    "de": {
        "news": "Presse",
        "review": "Bewertungen",
        "reviews": "Bewertungen",
        "mail": "E-Mail",
        "push": "Einspeisung",
        "replay": "Wiedergabe",
        "google_reviews": "Google-Bewertungen",
        "files": "Dateien",
    },
    "en": {
        "news": "Press",
        "review": "Reviews",
        "reviews": "Reviews",
        "mail": "Mail",
        "push": "Push",
        "replay": "Replay",
        "google_reviews": "Google reviews",
        "files": "Files",
    },
}


def channel_name(name: str, language: Language, otherwise: str | None = None) -> str:
    """Return a channel's name as people write it; `otherwise`, or the name itself, where we have none for it."""
    return SAID[language].get(name) or NAMES.get(name) or (name if otherwise is None else otherwise)
