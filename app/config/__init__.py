"""config.yaml: read strictly, every mistake named at once with its path, line and the choices.

`lines` reads YAML and remembers where everything stood, `rows` says what may be written, `check` finds every mistake,
`model` is what the services get.
"""

from app.config.file import ConfigFile, default_path, load, read
from app.config.model import AnalysisSection, BusSection, Config, SiteSection, Source

__all__ = [
    "AnalysisSection",
    "BusSection",
    "Config",
    "ConfigFile",
    "SiteSection",
    "Source",
    "default_path",
    "load",
    "read",
]
