"""`/acknowledge/{ticket}`: the page behind the link of a message; GET only asks, POST acknowledges.

Mail scanners open every link, so opening one must not do anything. Who has the link may press its button: it is
signed, for one person and one incident, and lapses after three days.
"""

from html import escape
from http import HTTPStatus

from anyio import to_thread
from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.crisis import By, Handling
from app.domain import ticket
from app.domain.actor import Actor
from app.domain.incident import Incident
from app.domain.spoken import Language
from app.errors import Conflict, EmberwatchError, NotAllowed, NotFound
from app.service import Context

WORDS: dict[Language, dict[str, str]] = {
    "de": {
        "ask": "Gesehen?",
        "press": "Ja, ich habe es gesehen",
        "what": "Dann wird niemand sonst gerufen. Mehr geschieht damit nicht.",
        "done": "Bestätigt. Danke!",
        "open": "Zum Vorfall",
        "stale": "Dieser Link gilt nicht (mehr). Öffnen Sie den Vorfall selbst, oder warten Sie auf eine Nachricht.",
        "over": "Hier ist nichts mehr zu bestätigen: {}",
        "firing": "Noch hat niemand bestätigt.",
        "acknowledged": "Jemand hat es schon gesehen.",
        "owned": "Jemand hat es schon in der Hand.",
        "resolved": "Es ist schon vorbei.",
        "trouble": "Das ging gerade nicht. Versuchen Sie es noch einmal.",
    },
    "en": {
        "ask": "Seen it?",
        "press": "Yes, I have seen it",
        "what": "Then nobody else is called. Nothing more happens.",
        "done": "Acknowledged. Thank you!",
        "open": "To the incident",
        "stale": "This link is not good (any more). Open the incident itself, or wait for the next message.",
        "over": "There is nothing to acknowledge any more: {}",
        "firing": "Nobody has acknowledged yet.",
        "acknowledged": "Somebody has seen it already.",
        "owned": "Somebody has it in hand already.",
        "resolved": "It is over already.",
        "trouble": "That did not work just now. Try once more.",
    },
}
PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark"><style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0; font: 18px/1.5 'IBM Plex Sans','Segoe UI',Helvetica,Arial,sans-serif; background: #EDF0F3;
  color: #12181E; }}
main {{ max-width: 36rem; margin: 0 auto; padding: 2rem 1.25rem; }}
h1 {{ font-size: 1.5rem; line-height: 1.3; }}
button {{ font: inherit; font-weight: 600; min-height: 3.5rem; width: 100%; border: 0; border-radius: 4px;
  background: #004A8F; color: #FFFFFF; cursor: pointer; }}
button:focus-visible, a:focus-visible {{ outline: 3px solid #C25E00; outline-offset: 3px; }}
a {{ color: #004A8F; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #0F1419; color: #E6EDF3; }} a {{ color: #6DB7FF; }} }}
</style></head><body><main><h1>{title}</h1>{content}</main></body></html>"""


def router(context: Context) -> APIRouter:
    """Return the routes; no part of the API."""
    routes = APIRouter()
    desk = _Desk(context)
    routes.add_api_route("/acknowledge/{word}", desk.ask, methods=["GET", "HEAD"], include_in_schema=False)
    routes.add_api_route("/acknowledge/{word}", desk.press, methods=["POST"], include_in_schema=False)
    return routes


class _Desk:
    """The page for one installation."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._handling = Handling(context.store, context.bus, context.clock)

    async def ask(self, word: str) -> HTMLResponse:
        """Show what it is about, and the button."""
        try:
            _, incident, language = await to_thread.run_sync(self._read, word)
        except (NotAllowed, NotFound):
            return self._stale()
        say = WORDS[language]
        said = f"<p>{escape(incident.reason.get(language, ''))}</p>"
        if incident.state != "firing" and not incident.worse:
            return _page(language, say["over"].format(say[incident.state]), said + self._door(incident, language))
        form = f'<form method="post"><button type="submit">{escape(say["press"])}</button></form>'
        title = f"{self._stamp(incident)}{self._name(incident.brand)}: {say['ask']}"
        return _page(language, title, f"{said}{form}<p>{escape(say['what'])}</p>{self._door(incident, language)}")

    async def press(self, word: str) -> HTMLResponse:
        """Acknowledge in the name of the person the link was written for."""
        try:
            found, incident, language = await to_thread.run_sync(self._read, word)
        except (NotAllowed, NotFound):
            return self._stale()
        say, door = WORDS[language], self._door(incident, language)
        actor = Actor("person", found.person, ("responder",))
        try:
            await self._handling.acknowledge(By(actor, found.person), incident.id)
        except Conflict:
            _, now, _ = await to_thread.run_sync(self._read, word)
            return _page(language, say["over"].format(say[now.state]), door, HTTPStatus.CONFLICT)
        except EmberwatchError:
            return _page(language, say["trouble"], door, HTTPStatus.SERVICE_UNAVAILABLE)
        return _page(language, f"{self._stamp(incident)}{say['done']}", door)

    def _read(self, word: str) -> tuple[ticket.Ticket, Incident, Language]:
        found = ticket.read(self._context.store.secret(), word, self._context.clock.now())
        with self._context.store.reading() as tx:
            return found, tx.incidents.get(found.incident), tx.people.get(found.person).language

    def _name(self, brand: str) -> str:
        return next((one.name for one in self._context.config.watched.brands if one.id == brand), brand)

    @staticmethod
    def _stamp(incident: Incident) -> str:
        return "ÜBUNG/DRILL · " if incident.drill is not None else "DEMO · " if incident.demo else ""

    @staticmethod
    def _door(incident: Incident, language: Language) -> str:
        return f'<p><a href="/incident/{escape(incident.id)}">{escape(WORDS[language]["open"])}</a></p>'

    def _stale(self) -> HTMLResponse:
        language = self._context.config.site.language
        return _page(
            language, self._context.config.site.name, f"<p>{escape(WORDS[language]['stale'])}</p>", HTTPStatus.GONE
        )


def _page(language: Language, title: str, content: str, status: int = HTTPStatus.OK) -> HTMLResponse:
    text = PAGE.format(language=language, title=escape(title), content=content)
    return HTMLResponse(text, status, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
