"""What analysis weighs: the models on disk, and the memory of a worker over what importing it takes."""

import subprocess
import sys
from pathlib import Path

import msgspec

MODELS = Path(__file__).parents[1] / "models"
_MEASURE = """
import resource, json, sys
import ingest.analysis
from app.domain.mention import Author, Mention
from ingest.understanding import Understanding, build
def peak():
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    # not ru_maxrss, which begins with what the parent took
    [line] = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1e3
bare = peak()
names, texts = json.load(sys.stdin)
whole = Understanding(build(names, ("de", "en")))
for _ in range(2):
    for start in range(0, len(texts), 500):
        whole.understand([Mention("", "", 0.0, text, Author("")) for text in texts[start:start + 500]])
print(json.dumps([bare, peak()]))
"""


class Memory(msgspec.Struct, array_like=True):
    """Megabytes of resident memory: of the bare import, and at most while it worked."""

    bare: float
    peak: float

    @property
    def extra(self) -> float:
        """Return what the models and their work take."""
        return self.peak - self.bare


def disk() -> float:
    """Return the megabytes of all model files that ship with Emberwatch."""
    return sum(path.stat().st_size for path in MODELS.rglob("*") if path.suffix not in {".py", ".md", ".pyc"}) / 1e6


def memory(analyzers: list[str], texts: list[str]) -> Memory:
    """Return what a process takes that understands those texts, measured in one of its own."""
    told = msgspec.json.encode([analyzers, texts])
    done = subprocess.run([sys.executable, "-c", _MEASURE], input=told, capture_output=True, check=True)  # noqa: S603 - it is this program
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Memory)
