"""The machine that is measured: a figure without it says little."""

import os
import platform
import sqlite3
from functools import cache
from importlib.metadata import version
from pathlib import Path

from app.bus.server import choose
from app.bus.server import version as server_version
from app.errors import BusUnavailable

PACKAGES = ("redis", "sqlalchemy", "uvicorn", "websockets")


@cache
def facts() -> dict[str, str]:
    """Return what speed depends on: processor, cores, system, and the versions of what does the work."""
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "redis-server": _redis(),
        "sqlite": sqlite3.sqlite_version,
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _redis() -> str:
    try:
        chosen = choose()
    except BusUnavailable:
        return "none"
    if chosen.binary is None:
        return "the one at REDIS_URL"
    return ".".join(map(str, server_version(chosen.binary)))
