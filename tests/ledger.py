"""The ledger: what was told must be left in the end, and nothing else."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from app.domain.mention import Author, Mention
from app.domain.query import parse
from app.domain.subject import Subject
from benchmarks.sign import TRACE
from ingest.understanding import Understanding, build


@dataclass
class Ledger:
    """What must be there: the last text of every id, and which ids are deleted."""

    last: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    """Every text there ever was."""
    _revisions: dict[str, str | int] = field(default_factory=dict)

    def said(self, address: str, revision: str | int, text: str) -> None:
        """Note a text; an older revision than the one there is, and what was deleted, changes nothing."""
        self.texts.add(text)
        known = self._revisions.get(address)
        if address not in self.deleted and (known is None or revision > known):
            self._revisions[address], self.last[address] = revision, text

    def took_back(self, address: str) -> None:
        """Note a deletion."""
        self.deleted.add(address)

    def left(self, author: str) -> None:
        """Note that an account was closed, with all it said so far."""
        self.deleted |= {address for address in self.last if address.startswith(f"at://{author}/")}

    def heard(self, log: Path) -> Self:
        """Note what stands in a log of `benchmarks.jetstream`, in the order it was written."""
        with log.open("rb") as lines:
            for line in lines:
                frame = json.loads(json.loads(line)[1])
                if frame["kind"] == "account":
                    self.left(frame["did"])
                    continue
                commit = frame["commit"]
                address = f"at://{frame['did']}/{commit['collection']}/{commit['rkey']}"
                if commit["operation"] == "delete":
                    self.took_back(address)
                else:
                    self.said(address, commit["rev"], commit["record"]["text"])
        return self

    @property
    def living(self) -> dict[str, str]:
        """The last text of every id that is not deleted."""
        return {address: text for address, text in self.last.items() if address not in self.deleted}

    @property
    def gone(self) -> set[bytes]:
        """The traces that may lie nowhere any more: of deleted texts and of earlier versions."""
        return {trace for text in self.texts - set(self.living.values()) for trace in TRACE.findall(text.encode())}

    def labels(self, query: str, brand: str, analyzers: tuple[str, ...] = ("language", "lexicon")) -> Counter[str]:
        """Return how many ids are counted under each label, read anew from their last texts."""
        wanted = parse(query)
        said = [Mention("x", address, 0.0, text, Author("a"), language="de") for address, text in self.last.items()]
        mentions = [mention for mention in said if wanted.matches(Subject.of(mention))]
        found = Understanding(build(analyzers, ("de", "en"), (brand,))).understand(mentions)
        return Counter(analysis.sentiment.label for analysis in found)
