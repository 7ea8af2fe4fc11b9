"""The hub: draws each variant once and hands it to every screen; a slow screen never slows another."""

import itertools

import anyio
import msgspec

from app import metrics
from app.clock import Clock
from app.config import Config
from app.domain.brand import Brand
from app.domain.wall import Screen, Wall
from dashboard import scenes
from dashboard.feed import Feed
from dashboard.frame import Canvas, Moment
from dashboard.lead import leads
from dashboard.line import Outlet
from dashboard.rotation import Rotation, Turn, eligible
from dashboard.staging import Staging
from dashboard.storm import taken
from dashboard.surroundings import Surroundings

TICK = 0.25
"""Seconds between two frames at the least: four a second."""

STALLED = 30.0
"""Seconds a screen may take nothing before it is dropped; it reconnects by itself."""

TOO_SLOW = 4408
"""Close code for a stalled screen."""

NO_SUCH_WALL = 4404
"""Close code for a wall that the configuration does not know."""


class Seat:
    """One connected screen: it gets the newest frame or none, and nothing is kept for it."""

    def __init__(self, screen: Screen, outlet: Outlet, number: int = 0) -> None:
        self.screen = screen
        self.outlet = outlet
        self.number = number
        """Grows with every screen that connects."""
        self._canvas: Canvas | None = None
        self._missed = False
        self._stuck: tuple[int, float] | None = None

    def offer(self, canvas: Canvas, frame: bytes | None, now: float) -> None:
        """Send a frame, or the snapshot to who missed one or changes scene.

        A screen that still has to take the last one gets nothing now; it is dropped after `STALLED` seconds without
        taking a byte.
        """
        if waiting := self.outlet.waiting():
            self._missed = self._missed or frame is not None
            self._watch(waiting, now)
            return
        self._stuck = None
        if canvas is not self._canvas or self._missed:
            self._canvas, self._missed = canvas, False
            self.outlet.push(canvas.snapshot())
        elif frame is not None:
            self.outlet.push(frame)

    def _watch(self, waiting: int, now: float) -> None:
        """Note since when nothing has moved; `now` may be set back."""
        if self._stuck is None or self._stuck[0] != waiting or now < self._stuck[1]:
            self._stuck = waiting, now
        elif now - self._stuck[1] > STALLED:
            self.outlet.drop(TOO_SLOW, "This screen takes nothing any more.")


class Hub:
    """Seats by screen, one canvas per variant (made by `paint`), one rotation per wall."""

    def __init__(self, config: Config, feed: Feed, clock: Clock, paint: type[Canvas] = Canvas) -> None:
        self._paint = paint
        self._site = config.site.name
        self._feed = feed
        self._clock = clock
        self._canvases: dict[Screen, Canvas] = {}
        self._seats: dict[Screen, set[Seat]] = {}
        self._rotations: dict[str, Rotation] = {}
        self._walls: dict[str, Wall] = {}
        self._brands: dict[str, Brand] = {}
        self._staging = Staging()
        self._joined = itertools.count()
        self._eligible: dict[str, tuple[Surroundings, list[str]]] = {}
        """Wall → what it may show, and as of which boards: asked of thousands of brands once a second, no more."""
        self.adopt(config)

    def adopt(self, config: Config) -> None:
        """Show what another configuration has: its feed has to have adopted it before.

        What is unchanged stays as it is drawn; screens of a wall that went are sent away.
        """
        before = self._walls
        self._eligible.clear()
        self._brands = {brand.id: brand for brand in config.watched.brands}
        self._walls = {wall.id: wall for wall in config.walls}
        self._watched = {wall.id: wall.brands for wall in config.walls}
        self._rotations = {name: self._rotations.get(name) or Rotation(wall) for name, wall in self._walls.items()}
        for name, rotation in self._rotations.items():
            rotation.follow(self._walls[name])
            if name not in before:
                metrics.SCREENS.labels(name).set(0)  # also after a start that followed a kill
        self._canvases = {
            variant: canvas for variant, canvas in self._canvases.items() if self._stays(variant, canvas, before)
        }
        for screen in [screen for screen in self._seats if screen.wall not in self._walls]:
            for seat in self._seats.pop(screen):
                seat.outlet.drop(NO_SUCH_WALL, f"There is no wall {screen.wall[:40]!r} any more.")

    def _stays(self, variant: Screen, canvas: Canvas, before: dict[str, Wall]) -> bool:
        wall = self._walls.get(variant.wall)
        alike = wall is not None and wall.scenes == before[variant.wall].scenes
        return alike and self._brands.get(canvas.brand.id) == canvas.brand

    def knows(self, wall: str) -> bool:
        """Tell whether there is such a wall."""
        return wall in self._walls

    @property
    def seats(self) -> int:
        """Return how many screens are connected."""
        return sum(map(len, self._seats.values()))

    def join(self, screen: Screen, outlet: Outlet) -> Seat:
        """Give a screen a seat and the snapshot."""
        seat = Seat(screen, outlet, next(self._joined))
        self._seats.setdefault(screen, set()).add(seat)
        moment = self._moment()
        lead = seat in self._leads(screen.wall, moment)
        canvas = self._canvas(self._variant(screen, self._turn(screen.wall, moment), lead=lead), moment)
        seat.offer(canvas, None, moment.now)
        return seat

    def leave(self, seat: Seat) -> None:
        """Take a seat away."""
        alike = self._seats.get(seat.screen, set())
        alike.discard(seat)
        if not alike:
            self._seats.pop(seat.screen, None)

    async def run(self) -> None:
        """Draw whenever something changed, at most four times a second and at least once, until cancelled."""
        while True:
            changed = self._feed.changed
            with anyio.move_on_after(1.0):
                await changed.wait()
            self.draw()
            await self._clock.sleep(TICK)

    def draw(self) -> None:
        """Draw every variant somebody looks at once, and offer it to its screens; never waits for anybody."""
        moment = self._moment()
        walls = {screen.wall for screen in self._seats}
        shown = {wall: self._turn(wall, moment) for wall in walls}
        leads = {wall: self._leads(wall, moment) for wall in walls}
        frames: dict[Screen, bytes | None] = {}
        for screen, alike in self._seats.items():
            leading = alike & leads[screen.wall]
            for lead, seats in ((True, leading), (False, alike - leading if leading else alike)):
                if seats:
                    self._offer(self._variant(screen, shown[screen.wall], lead=lead), seats, moment, frames)
        self._canvases = {variant: canvas for variant, canvas in self._canvases.items() if variant in frames}

    def _offer(self, variant: Screen, seats: set[Seat], moment: Moment, frames: dict[Screen, bytes | None]) -> None:
        """Draw a variant, unless it is in `frames` already, and offer it to its screens."""
        canvas = self._canvas(variant, None)
        if variant not in frames:
            frames[variant] = canvas.frame(moment)
            metrics.FRAMES.labels(variant.wall).inc(frames[variant] is not None)
        for seat in seats:
            seat.offer(canvas, frames[variant], moment.now)

    def _leads(self, wall: str, moment: Moment) -> set[Seat]:
        """Return whose screens a takeover fills; nobody's as long as there is none."""
        if not taken(moment.around, wall):
            return set()
        return leads([seat for screen, alike in self._seats.items() if screen.wall == wall for seat in alike])

    def _moment(self) -> Moment:
        now, state = self._clock.now(), self._feed.state
        boards = self._feed.around
        around = msgspec.structs.replace(
            boards,
            watermark=state.watermark,
            server_time=now,
            stages=self._staging.step(boards.incidents, now),
            watched=self._watched,
        )
        return Moment(state, around, now)

    def _turn(self, wall: str, moment: Moment) -> Turn:
        candidates = self._candidates(wall, moment)
        storms = {one.brand for one in moment.around.open_incidents()}
        return self._rotations[wall].step(moment.now, candidates, storm=not storms.isdisjoint(candidates))

    def _candidates(self, wall: str, moment: Moment) -> list[str]:
        boards, found = self._eligible.get(wall, (None, []))
        if boards is not self._feed.around:
            found = eligible(self._walls[wall], self._brands, moment.state, moment.around)
            self._eligible[wall] = self._feed.around, found
        return found

    def _variant(self, screen: Screen, turn: Turn, *, lead: bool) -> Screen:
        pinned = screen.brand if screen.brand in self._brands else None
        scene = screen.scene if screen.scene in scenes.SCENES else turn.scene
        return msgspec.structs.replace(screen, brand=pinned or turn.brand, scene=scene, lead=lead)

    def _canvas(self, variant: Screen, moment: Moment | None) -> Canvas:
        """Return the canvas of a variant; a new one is drawn at once if there is a moment to draw it from."""
        canvas = self._canvases.get(variant)
        if canvas is None:
            scene = scenes.scene(variant.scene or self._walls[variant.wall].scenes[0])
            canvas = self._paint(scene, scenes.panels(scene), self._brands[variant.brand or ""], variant, self._site)
            self._canvases[variant] = canvas
            if moment is not None:
                canvas.frame(moment)
        return canvas
