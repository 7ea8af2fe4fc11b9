"""A child of `emberwatch up` never outlives it, even if it is killed without a word."""

import ctypes
import os
import signal
import sys
import threading
import time

VARIABLE = "EMBERWATCH_PARENT"
"""Holds the process id of the supervisor in its children's environment."""

_PR_SET_PDEATHSIG = 1
_LOOK_EVERY = 1.0


def follow() -> bool:
    """Die when the supervisor dies, if there is one; return whether there is.

    On Linux the kernel kills us; elsewhere a thread looks every second. SIGKILL is fine: what matters is durable.
    """
    parent = int(os.environ.get(VARIABLE, "0"))
    if not parent:
        return False
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    return True


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)
    os._exit(1)
