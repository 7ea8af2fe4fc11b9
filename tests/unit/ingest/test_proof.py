import anyio
import pytest

from app.clock import ManualClock
from app.domain.source import SourceState
from app.errors import CredentialMissing, SourceUnavailable, WrongInput
from ingest import proof
from ingest.connector import Setting
from ingest.proof import proved

pytestmark = pytest.mark.anyio
HEARD = []


def setting(tmp_path):
    return Setting("one", None, ManualClock(9.0), tmp_path, lambda *said: HEARD.append(said))


def state(status="live", **more):
    return SourceState("one", "x", status, 0, 0, **more)


def answering(answer):
    class Kind:
        def __init__(self, given):
            given.report("unreachable", "not now")

        async def probe(self):
            if isinstance(answer, Exception):
                raise answer
            return answer

    return Kind


async def test_the_channel_is_asked_and_its_health_is_left_alone(tmp_path):
    told = await proved(answering("12 posts."), setting(tmp_path), state())
    assert (told.works, told.said, told.at, HEARD) == (True, "12 posts.", 9.0, [])


@pytest.mark.parametrize(
    ("error", "said", "cause"),
    [
        (CredentialMissing("Set the token."), "Set the token.", "credential"),
        (SourceUnavailable("Down.", "network"), "Down.", "network"),
        (WrongInput("No such forum."), "No such forum.", "setting"),
        (ValueError("secret"), "The test broke off with ValueError.", ""),
    ],
)
async def test_what_goes_wrong_is_said(tmp_path, error, said, cause):
    told = await proved(answering(error), setting(tmp_path), state())
    assert (told.works, told.said, told.cause) == (False, said, cause)


async def test_a_channel_that_does_not_answer_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(proof, "PATIENCE", 0.01)

    class Kind:
        def __init__(self, given): ...

        async def probe(self):
            await anyio.sleep_forever()

    told = await proved(Kind, setting(tmp_path), state())
    assert (told.works, told.cause) == (False, "network")


async def test_who_cannot_be_asked_is_judged_by_what_it_says(tmp_path):
    broken = await proved(object, setting(tmp_path), state("unreachable", reason="No network.", cause="network"))
    assert (broken.works, broken.said, broken.cause) == (False, "No network.", "network")
    assert "held" in (await proved(object, setting(tmp_path), state("held"))).said
    waiting = await proved(object, setting(tmp_path), state("idle", passive=True))
    assert (waiting.works, "cannot be tested" in waiting.said) == (True, True)
    assert "1970-01-01T00:00:05" in (await proved(object, setting(tmp_path), state(proved_at=5.0))).said
    assert "not answered yet" in (await proved(object, setting(tmp_path), state())).said
