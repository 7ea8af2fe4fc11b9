"""Sentiment by a transformer that its user brought: an ONNX sequence classifier and its tokenizer, named by path."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np

from app import registry
from app.domain.analysis import Analysis, Label, Sentiment
from app.domain.mention import Mention
from ingest.masking import simplified

AT_ONCE = 32
"""Texts of about the same length that go through the model together."""
MARGIN = 0.12
"""Between the two likeliest labels; below it the verdict is uncertain."""
FALLBACKS = ("sentiment", "lexicon")
ORDER: tuple[Label, Label, Label] = ("negative", "neutral", "positive")


class Wanted(Protocol):
    """The block `analysis.transformer` of config.yaml."""

    model: str
    tokenizer: str
    labels: tuple[str, ...]
    tokens: int
    budget: float
    threads: int


class TransformerAnalyzer:
    """Has the user's model judge; where it is broken or too slow, `sentiment` judges, and `fault` says why.

    The words behind a verdict are those that `sentiment` found.
    """

    name = "transformer"

    def __init__(
        self,
        languages: tuple[str, ...],
        brands: tuple[str, ...] = (),
        wanted: Wanted | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.fault = ""
        fallback = next(name for name in FALLBACKS if name in registry.names("analyzers"))
        self._fallback = registry.load("analyzers", fallback)(languages, brands)
        self._monotonic = monotonic
        self._budget = wanted.budget if wanted else 0.0
        self._model: _Model | None = None
        if wanted is None:
            self._broken("no block `analysis.transformer` names one")
            return
        try:
            self._model = _Model(wanted)
        except Exception as error:  # noqa: BLE001 - the file is a stranger's, and onnxruntime raises what it likes
            self._broken(_said(error))

    def analyse(self, mentions: Sequence[Mention], found: Sequence[Analysis]) -> list[Analysis]:
        """Return what was found so far with the sentiment filled in, in order."""
        plain: list[Analysis] = self._fallback.analyse(mentions, found)
        if self._model is None or not mentions:
            return plain
        until = self._monotonic() + self._budget
        for places in _alike([len(mention.text) for mention in mentions]):
            if self._monotonic() >= until:
                self._slow()
                break
            try:
                verdicts = self._model.judge([simplified(mentions[place].text) for place in places])
            except Exception as error:  # noqa: BLE001 - as above
                self._broken(_said(error))
                break
            for place, probabilities in zip(places, verdicts, strict=True):
                plain[place] = _with(plain[place], probabilities, self._model.name)
        else:
            self.fault = ""
        return plain

    def _slow(self) -> None:
        self.fault = (
            f"The model of `transformer` takes longer than {self._budget:g} s for a batch; `sentiment` judges the "
            "rest. Take a smaller model, more `threads`, fewer `tokens` or a larger `budget`."
        )

    def _broken(self, reason: str) -> None:
        """Judge without the model from now on."""
        self._model = None
        self.fault = (
            f"The model of `transformer` cannot be used ({reason}); `sentiment` judges instead. "
            "See `analysis.transformer` in docs/configuration.md."
        )


class _Model:
    """The classifier and its tokenizer, tried once."""

    def __init__(self, wanted: Wanted) -> None:
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise RuntimeError("it needs `pip install 'emberwatch[transformer]'`") from error
        for path in (wanted.model, wanted.tokenizer):
            if not Path(path).is_file():
                raise RuntimeError(f"there is no file {path}")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = wanted.threads, 1
        options.log_severity_level = 4
        self._session = onnxruntime.InferenceSession(wanted.model, options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(wanted.tokenizer)
        self._tokenizer.enable_truncation(wanted.tokens)
        self._tokenizer.enable_padding()
        self._inputs = [one.name for one in self._session.get_inputs()]
        self._columns = [wanted.labels.index(label) for label in ORDER]
        self._outputs = len(wanted.labels)
        self.name = f"transformer-{Path(wanted.model).stem}"
        self.judge(["gut", "nicht gut"])

    def judge(self, texts: Sequence[str]) -> np.ndarray[Any, Any]:
        """Return (negative, neutral, positive) of each text, shape (texts, 3); softmax of the model's first output."""
        encoded = self._tokenizer.encode_batch([text.encode("utf-8", "replace").decode() for text in texts])
        known = {
            "input_ids": [one.ids for one in encoded],
            "attention_mask": [one.attention_mask for one in encoded],
            "token_type_ids": [one.type_ids for one in encoded],
        }
        if strange := [name for name in self._inputs if name not in known]:
            raise RuntimeError(f"it asks for an input `{strange[0]}` that nobody knows")
        feed = {name: np.array(known[name], dtype=np.int64) for name in self._inputs}
        logits = np.asarray(self._session.run(None, feed)[0], dtype=np.float64)
        if logits.shape != (len(texts), self._outputs):
            raise RuntimeError(f"it gives {logits.shape} figures for {len(texts)} texts and {self._outputs} labels")
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = (powers / powers.sum(axis=1, keepdims=True))[:, self._columns]
        if not np.isfinite(shares).all():
            raise RuntimeError("it gives figures that are no numbers")
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _with(before: Analysis, probabilities: np.ndarray[Any, Any], model: str) -> Analysis:
    negative, neutral, positive = parts = [float(part) for part in probabilities]
    first, second, _ = sorted(parts, reverse=True)
    label: Label = ORDER[parts.index(first)] if first - second >= MARGIN else "uncertain"
    sentiment = Sentiment(label, negative, neutral, positive, before.sentiment.evidence)
    return msgspec.structs.replace(before, sentiment=sentiment, model=model)


def _alike(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the places of texts of about the same length, so that little is padded."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    for start in range(0, len(order), AT_ONCE):
        yield order[start : start + AT_ONCE]


def _said(error: Exception) -> str:
    """Return the first line of what went wrong, without what could quote a text."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
