"""The hub: draws each variant once and hands it to every screen; a slow screen never slows another."""

from collections.abc import Callable

import anyio
import msgspec

from app import metrics
from app.clock import Clock
from app.config import Config
from app.domain.wall import Screen, Wall
from dashboard import scenes
from dashboard.feed import Feed
from dashboard.frame import Canvas, Moment
from dashboard.rotation import Rotation, eligible

TICK = 0.25
"""Seconds between two frames at the least: four a second."""


class Seat:
    """One connected screen: a slot that holds at most one message, the newest."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.canvas: Canvas | None = None
        self._message: str | Callable[[], str] | None = None
        self._filled = anyio.Event()
        self.missed = 0

    def offer(self, canvas: Canvas, frame: str | None) -> None:
        """Put a frame into the slot; who has not taken the last one, or changed scene, gets the snapshot instead."""
        if canvas is not self.canvas:
            self.canvas = canvas
            self._message = canvas.snapshot
        elif frame is None:
            return
        elif self._message is not None:
            self.missed += 1
            self._message = canvas.snapshot
        else:
            self._message = frame
        self._filled.set()

    async def take(self) -> str:
        """Wait for a message and take it out; a snapshot is read when it is taken, so it is never old."""
        while self._message is None:
            self._filled = anyio.Event()
            await self._filled.wait()
        message, self._message = self._message, None
        return message if isinstance(message, str) else message()


class Hub:
    """Seats by variant, one canvas per variant, one rotation per wall."""

    def __init__(self, config: Config, feed: Feed, clock: Clock) -> None:
        self._site = config.site.name
        self._walls: dict[str, Wall] = {wall.id: wall for wall in config.walls}
        self._brands = {brand.id: brand for brand in config.brands}
        self._rotations = {wall.id: Rotation(wall) for wall in config.walls}
        self._feed = feed
        self._clock = clock
        self._canvases: dict[Screen, Canvas] = {}
        self._seats: set[Seat] = set()

    @property
    def seats(self) -> int:
        """Return how many screens are connected."""
        return len(self._seats)

    def join(self, screen: Screen) -> Seat:
        """Give a screen a seat; its first message is a snapshot."""
        seat = Seat(screen)
        self._seats.add(seat)
        self.draw()
        return seat

    def leave(self, seat: Seat) -> None:
        """Take a seat away."""
        self._seats.discard(seat)

    async def run(self) -> None:
        """Draw whenever something changed, at most four times a second and at least once, until cancelled."""
        while True:
            changed = self._feed.changed
            with anyio.move_on_after(1.0):
                await changed.wait()
            self.draw()
            await self._clock.sleep(TICK)

    def draw(self) -> None:
        """Draw every variant somebody looks at, and offer it; never waits for anybody."""
        now, state = self._clock.now(), self._feed.state
        around = msgspec.structs.replace(self._feed.around, watermark=state.watermark, server_time=now)
        moment = Moment(state, around, now)
        shown = {wall: self._turn(wall, moment) for wall in {seat.screen.wall for seat in self._seats}}
        frames: dict[Screen, str | None] = {}
        for seat in list(self._seats):
            variant = self._variant(seat.screen, shown)
            canvas = self._canvas(variant)
            if variant not in frames:
                frames[variant] = canvas.frame(moment)
                metrics.FRAMES.labels(variant.wall).inc(frames[variant] is not None)
            seat.offer(canvas, frames[variant])
        self._canvases = {variant: canvas for variant, canvas in self._canvases.items() if variant in frames}

    def _turn(self, wall: str, moment: Moment) -> str:
        candidates = eligible(self._walls[wall], self._brands, moment.state, moment.around)
        return self._rotations[wall].step(moment.now, candidates)

    def _variant(self, screen: Screen, shown: dict[str, str]) -> Screen:
        pinned = screen.brand if screen.brand in self._brands else None
        return Screen(
            wall=screen.wall,
            language=screen.language,
            zone=screen.zone,
            audience=screen.audience,
            theme=screen.theme,
            distance=screen.distance,
            brand=pinned or shown[screen.wall],
        )

    def _canvas(self, variant: Screen) -> Canvas:
        canvas = self._canvases.get(variant)
        if canvas is None:
            scene = scenes.scene(self._walls[variant.wall].scenes[0])
            canvas = Canvas(scene, scenes.panels(scene), self._brands[variant.brand or ""], variant, self._site)
            self._canvases[variant] = canvas
        return canvas
