from app.errors import SourceUnavailable
from ingest.connectors.x import Backoff


def test_pauses_grow_linearly_for_the_network_and_double_for_the_rest():
    network = Backoff()
    pauses = [network.pause(SourceUnavailable("x", "network")) for _ in range(100)]
    assert pauses[:3] == [0.0, 0.25, 0.5]
    assert max(pauses) == 16.0
    server = Backoff()
    assert [server.pause(SourceUnavailable("x")) for _ in range(8)] == [5, 10, 20, 40, 80, 160, 320, 320]
    quota = Backoff()
    assert [quota.pause(SourceUnavailable("x", "quota")) for _ in range(3)] == [60, 120, 240]
    assert quota.pause(SourceUnavailable("x", "quota", 4_000.0)) == 4_000.0
    quota.worked()
    assert quota.pause(SourceUnavailable("x", "quota")) == 60
