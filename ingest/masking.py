"""Addresses and handles blanked, so that copies of a text look alike."""

import re

_MASKED = re.compile(r"[hw@](?:(?<=h)ttps?://\S+|(?<=w)ww\.\S+|(?<=@)(?<!\w@)[\w.\-]*\w|(?<=h)(?<![\w/]h)ttp(?!\w))")
"""Begins with the characters all begin with: so the rest of a text is skipped fast."""
_ADDRESS = re.compile(r"https?://\S+|www\.\S+")
_HANDLE = re.compile(r"(?<!\w)@[\w.\-]*\w")


def masked(text: str) -> str:
    """Return `text` of the same length with addresses and handles blanked."""
    if "@" not in text and "http" not in text and "www." not in text:
        return text
    return _MASKED.sub(lambda found: " " * len(found.group()), text)


def simplified(text: str) -> str:
    """Return `text` with every handle as @user and every address as http, as public models were taught."""
    return _HANDLE.sub("@user", _ADDRESS.sub("http", text))
