import pytest

from app.errors import CredentialMissing, SourceUnavailable, WrongInput
from ingest.failure import failure_of


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (CredentialMissing("Set EMBERWATCH_X_TOKEN."), ("failed", "Set EMBERWATCH_X_TOKEN.", "credential", 60.0)),
        (SourceUnavailable("Patience.", "quota", 900.0), ("unreachable", "Patience.", "quota", 900.0)),
        (SourceUnavailable("x is down.", "network", 0.0), ("unreachable", "x is down.", "network", 0.5)),
        (SourceUnavailable("x is down.", "gremlins"), ("unreachable", "x is down.", "server", 2.0)),
        (WrongInput("No such file."), ("failed", "No such file.", "setting", 2.0)),
    ],
)  # fmt: skip
def test_what_was_raised_on_purpose_speaks_for_itself(error, told):
    assert failure_of(error, 2) == told


def test_anything_else_is_named_and_tried_again_less_and_less_often():
    assert failure_of(ValueError("odd"), 1).reason == "The connector stopped with ValueError: odd It is started again."
    assert [failure_of(ValueError(), n).pause for n in (1, 3, 99)] == [1.0, 4.0, 30.0]
