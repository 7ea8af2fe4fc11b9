"""The figures every service keeps, collected at ONE `/metrics` although each service is a process of its own.

Each process writes into a file of its own name under a shared folder (prometheus_client's multiprocess format);
`render` adds them up. Named by service instead of process id, a restarted service goes on counting where it was.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    start_http_server,
    values,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from app.errors import WrongInput

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_KINDS = ("counter", "histogram", "gauge_livemostrecent", "gauge_livesum")
_ROOM = 1 << 20
"""Bytes of one file to begin with, as prometheus_client makes them."""

MENTIONS = Counter(
    "emberwatch_mentions",
    "What became of events heard: accepted, duplicate, edited, deleted, unmatched, rejected (pushed lines).",
    ("source", "outcome"),
)
BATCH_SECONDS = Histogram(
    "emberwatch_batch_seconds",
    "How long a stage took for one batch.",
    ("stage",),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
ANALYZER_FAILURES = Counter(
    "emberwatch_analyzer_failures",
    "Texts on which an analyzer failed; what it finds is missing.",
    ("analyzer", "error"),
)
LAG = Gauge("emberwatch_lag_entries", "Stream entries not yet settled.", ("group",), multiprocess_mode="livemostrecent")
LETTERS = Gauge("emberwatch_dead_letters", "Dead letters that wait for a person.", multiprocess_mode="livemostrecent")
SPOOL_BYTES = Gauge(
    "emberwatch_spool_bytes", "Bytes that wait on disk for the bus.", ("source",), multiprocess_mode="livemostrecent"
)
SPOOL_LOST = Counter("emberwatch_spool_lost", "Events lost: the spool was full, or they failed twice.", ("source",))
UNMATCHED_DROPPED = Counter(
    "emberwatch_unmatched_dropped",
    "Unmatched posts that were not kept for previews: their file was too slow or broken.",
)
FRAMES = Counter("emberwatch_frames", "Frames drawn for a wall.", ("wall",))
SCREENS = Gauge("emberwatch_screens", "Screens connected to a wall.", ("wall",), multiprocess_mode="livesum")
INCIDENTS_OPEN = Gauge(
    "emberwatch_incidents_open", "Incidents not resolved.", ("brand",), multiprocess_mode="livemostrecent"
)
RESTARTS = Counter("emberwatch_service_restarts", "How often a service was started again.", ("service",))


def wipe(folder: Path) -> None:
    """Forget what the processes of an earlier start counted."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def share(folder: Path, process: str) -> None:
    """Count into `folder` under the name of this process from now on; call it before anything is counted."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[_FOLDER] = str(folder)
    for kind in _KINDS:
        _reserve(folder / f"{kind}_{process}.db")
    values.ValueClass = values.MultiProcessValue(lambda: process)  # type: ignore[no-untyped-call] # untyped there


def _reserve(file: Path) -> None:
    """Give a file its room on disk at once: writing into a hole of a mapped file kills when the disk is full."""
    if not file.exists() and hasattr(os, "posix_fallocate"):
        with suppress(OSError), file.open("ab") as made:
            os.posix_fallocate(made.fileno(), 0, _ROOM)


def show(host: str, port: int) -> None:
    """Serve the figures of all processes of this machine on a port, from a thread; port 0: do not.

    Raises `WrongInput` if the port cannot be opened.
    """
    if not port:
        return
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=os.environ[_FOLDER])  # type: ignore[no-untyped-call] # untyped there
    try:
        start_http_server(port, host, registry)
    except OSError as error:
        raise WrongInput(
            f"The figures cannot be shown on {host} port {port} ({error.strerror}); choose another --metrics-port."
        ) from None


def forget(process: str) -> None:
    """Take the gauges of a process that died out of the sum; its counters stay."""
    mark_process_dead(process, os.environ[_FOLDER])  # type: ignore[no-untyped-call] # untyped there


def render() -> bytes:
    """Return the figures of all processes that share the folder, or of this one alone, in Prometheus' text format."""
    if _FOLDER not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=os.environ[_FOLDER])  # type: ignore[no-untyped-call] # untyped there
    return generate_latest(registry)
