"""The frame of the administration's pages: landmarks, a way past the menu, the menu, the other language."""

from typing import Any
from urllib.parse import urlencode

from dash import html

from app.config import Config
from dashboard.i18n import LANGUAGES, Words, words

WAYS = (
    ("incidents", "/incidents"),
    ("rules", "/rules"),
    ("overview", "/admin"),
    ("queries", "/admin/queries"),
    ("proposals", "/admin/proposals"),
    ("sources", "/admin/sources"),
    ("understanding", "/admin/understanding"),
    ("people", "/admin/people"),
    ("drills", "/admin/drills"),
)
"""What stands in the menu: key of its word, path."""


def aria(**said: str) -> dict[str, Any]:
    """Return attributes for who cannot see: `aria(label="…")` is `aria-label`."""
    return {f"aria-{name}": value for name, value in said.items()}


def speaking(config: Config, lang: str) -> Words:
    """Return the words of a language asked for in the address, else of the site's own."""
    return words(next((one for one in LANGUAGES if one == lang), config.site.language), config.site.zone)


def address(path: str, say: Words, **more: str) -> str:
    """Return the address of a page in this language."""
    return f"{path}?{urlencode({**{name: value for name, value in more.items() if value}, 'lang': say.language})}"


def framed(say: Words, site: str, here: str, children: list[Any], **asked: str) -> html.Div:
    """Return a page: header with menu, then `children` as its main part; `asked` is kept when the language changes."""
    other = next(one for one in LANGUAGES if one != say.language)
    ways = [_way(say, key, path, here=path == here) for key, path in WAYS]
    language = html.A(
        say.say("admin.other_language"),
        href=address(here, words(other, "UTC"), **asked),
        lang=other,
        hrefLang=other,
        className="language",
    )
    return html.Div(
        [
            html.A(say.say("admin.skip"), href="#content", className="skip"),
            html.Header(
                [
                    html.A(site, href=f"/?lang={say.language}", className="site"),
                    html.Nav(html.Ul([html.Li(way) for way in ways]), **aria(label=say.say("admin.menu"))),
                    language,
                ],
                className="masthead",
            ),
            html.Main(children, id="content", tabIndex="-1"),
        ],
        className="desk",
        lang=say.language,
    )


def _way(say: Words, key: str, path: str, *, here: bool) -> html.A:
    current = aria(current="page") if here else {}
    return html.A(say.say(f"admin.{key}"), href=address(path, say), **current)
