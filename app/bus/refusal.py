"""What Redis means when it does not do what it is asked: which kind of trouble, and what to do about it."""

from redis import exceptions

from app.errors import BusUnavailable, Trouble

GOES_ON = "everything goes on by itself then"
REFUSALS: dict[str, tuple[Trouble, str]] = {
    "OOM": ("memory", "Redis is out of memory: raise its maxmemory (CONFIG SET maxmemory); {goes_on}."),
    "MISCONF": ("disk", "Redis cannot write to its disk: make room where its append-only file lies; {goes_on}."),
    "NOAUTH": ("password", "Redis wants a password: name it in REDIS_URL (redis://user:password@host:port)."),
    "WRONGPASS": ("password", "Redis refuses the password: put the right one into REDIS_URL, or set it on the server."),
    "NOPERM": ("password", "Redis does not let this user do what is needed; give it the rights (ACL SETUSER)."),
    "READONLY": ("readonly", "This Redis is a replica and takes no writes; name its master in REDIS_URL."),
    "CLUSTERDOWN": (
        "away",
        "The Redis cluster misses a master until its replica takes over or it comes back; {goes_on}.",
    ),
    "TRYAGAIN": ("away", "Redis is moving this partition to another node; {goes_on}."),
    "LOADING": ("away", "Redis is loading its data; {goes_on}."),
}
"""How an error begins → the kind of trouble, and what to tell a person."""
KINDS: dict[type[exceptions.RedisError], str] = {
    exceptions.OutOfMemoryError: "OOM",
    exceptions.NoPermissionError: "NOPERM",
    exceptions.ReadOnlyError: "READONLY",
    exceptions.ClusterDownError: "CLUSTERDOWN",
    exceptions.TryAgainError: "TRYAGAIN",
    exceptions.BusyLoadingError: "LOADING",
    exceptions.AuthenticationError: "WRONGPASS",
}
"""What redis-py calls errors whose beginning it takes away."""


def refusal(error: Exception) -> BusUnavailable:
    """Return what an error of redis-py or of the network means."""
    said = str(error).rstrip(".") or type(error).__name__
    for sign, (kind, sentence) in REFUSALS.items():
        if sign in said.split(maxsplit=1)[0] or f": {sign} " in said or f" {sign} " in said:
            return BusUnavailable(sentence.format(goes_on=GOES_ON), kind)
    if isinstance(error, exceptions.AuthenticationError) and "required" in said:
        kind, sentence = REFUSALS["NOAUTH"]
        return BusUnavailable(sentence, kind)
    for known, sign in KINDS.items():
        if isinstance(error, known):
            kind, sentence = REFUSALS[sign]
            return BusUnavailable(sentence.format(goes_on=GOES_ON), kind)
    if isinstance(error, exceptions.ConnectionError | exceptions.TimeoutError | OSError):
        return BusUnavailable(f"Redis does not answer: {said}.")
    return BusUnavailable(f"Redis refuses: {said}.", "refused")
