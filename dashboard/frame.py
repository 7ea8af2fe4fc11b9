"""Frames: what a scene looks like, drawn and serialised once for all screens of the same kind."""

from typing import Any, NamedTuple

import msgspec
import structlog

from app.domain.brand import Brand
from app.domain.wall import Scene, Screen
from dashboard.i18n import words
from dashboard.line import framed
from dashboard.panel import Drawing, Panel, View
from dashboard.state import State
from dashboard.storm import drilled
from dashboard.surroundings import Surroundings

PACE = 1.0
"""Seconds between two changes of a panel that does not say otherwise."""

ENCODER = msgspec.json.Encoder()

log = structlog.get_logger(__name__)


class Moment(NamedTuple):
    """What a frame is drawn from."""

    state: State
    around: Surroundings
    now: float


class Canvas:
    """One variant of a scene: draws what is due, remembers every panel as bytes, makes frames and snapshots."""

    def __init__(self, scene: Scene, panels: tuple[Panel, ...], brand: Brand, screen: Screen, site: str) -> None:
        self.brand = brand
        self._scene = scene
        self._panels = panels
        self._screen = screen
        self._site = site
        self._drawn: dict[str, bytes] = {}
        self._drawn_at: dict[str, float] = {}
        self._failing: set[str] = set()
        self._sent_at = 0.0
        self._sent_seq = -1
        self._moment: Moment | None = None
        self._snapshot: bytes | None = None

    def frame(self, moment: Moment) -> bytes | None:
        """Return what changed as a websocket frame, or at least a sign of life once a second; else None."""
        self._moment = moment
        changed = [panel.name for panel in self._panels if self._redraw(panel, moment)]
        if not changed and moment.state.seq == self._sent_seq and moment.now - self._sent_at < PACE:
            return None
        self._sent_at, self._sent_seq, self._snapshot = moment.now, moment.state.seq, None
        return self._message("frame", moment, changed, {})

    def snapshot(self) -> bytes:
        """Return everything as last drawn, serialised once for all who ask; `frame` comes first."""
        if self._moment is None:
            raise RuntimeError("a canvas is drawn before it is copied")
        if self._snapshot is None:
            self._snapshot = self._whole(self._moment)
        return self._snapshot

    def _whole(self, moment: Moment) -> bytes:
        say = words(self._screen.language, self._screen.zone)
        more = {
            "wall": self._screen.wall,
            "site": self._site,
            "scene": self._scene.id,
            "title": say.say(f"scene.{self._scene.id}"),
            "brand": {"id": self.brand.id, "name": self.brand.name},
            "layout": [{"name": p.name, "slot": getattr(p, "slot", "main")} for p in self._panels],
        }
        return self._message("snapshot", moment, list(self._drawn), more)

    def _redraw(self, panel: Panel, moment: Moment) -> bool:
        pace = getattr(panel, "pace", PACE)
        if moment.now - self._drawn_at.get(panel.name, float("-inf")) < pace:
            return False
        self._drawn_at[panel.name] = moment.now
        around = moment.around
        at = around.watermark or around.server_time or moment.now
        view = View(self.brand, moment.state.brands[self.brand.id], around, self._screen, at)
        drawn = self._draw(panel, view)
        if drawn == self._drawn.get(panel.name):
            return False
        self._drawn[panel.name] = drawn
        return True

    def _draw(self, panel: Panel, view: View) -> bytes:
        """Return the panel as bytes; one that fails says so in its own place and leaves the rest of the wall alone."""
        try:
            drawn = ENCODER.encode(_plain(panel.draw(view)))
        except Exception as failure:
            if panel.name not in self._failing:
                self._failing.add(panel.name)
                log.exception("panel failed", panel=panel.name, reason=type(failure).__name__)
            say = words(self._screen.language, self._screen.zone)
            return ENCODER.encode(_plain(Drawing((("p", {"class": "than", "key": "failed"}, say.say("failed")),))))
        self._failing.discard(panel.name)
        return drawn

    def _message(self, kind: str, moment: Moment, names: list[str], more: dict[str, Any]) -> bytes:
        panels = {name: msgspec.Raw(self._drawn[name]) for name in names}
        head = {
            "type": kind,
            "seq": moment.state.seq,
            "server_time": round(moment.now, 3),
            "data_time": round(moment.state.watermark, 3) or None,
            "waiting": moment.around.waiting,
            "drill": drilled(moment.around, self._screen.wall),
            "rehearsal": moment.around.drills.get(self._screen.wall),
        }
        return framed(ENCODER.encode({**head, **more, "panels": panels}))


def _plain(drawing: Drawing) -> dict[str, Any]:
    return {"nodes": drawing.nodes, "figures": drawing.figures}
