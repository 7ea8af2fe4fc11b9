import base64
import json

import pytest

from app.domain.instant import rfc3339
from app.domain.mention import Deletion, Mention
from ingest.wires.cloudevents import BATCH, STRUCTURED, lines, wrapped
from tests.connectors.mutation import mutations

NOW = 1_795_000_000.0
SAID = {
    "channel": "crm",
    "id": "7",
    "published_at": rfc3339(NOW - 60),
    "text": "Strom weg",
    "author": {"id": "ann"},
}
EVENT = {"specversion": "1.0", "id": "e1", "source": "/crm", "type": "org.example.mention", "data": SAID}


def structured(**changes):
    event = {key: value for key, value in {**EVENT, **changes}.items() if value is not ...}
    return list(lines({"content-type": f"{STRUCTURED}; charset=utf-8"}, json.dumps(event).encode(), NOW))


def binary(body, **headers):
    named = {f"ce-{name}": value for name, value in {"specversion": "1.0", "id": "e1", **headers}.items()}
    return list(lines({"content-type": "application/json", **named}, body, NOW))


def test_a_structured_event_holds_a_mention():
    [line] = structured(time=rfc3339(NOW), datacontenttype="application/json")
    assert isinstance(line.event, Mention)
    assert (line.event.channel, line.event.id, line.event.published_at) == ("crm", "7", NOW - 60)
    encoded = base64.b64encode(json.dumps(SAID).encode()).decode()
    assert structured(data=..., data_base64=encoded)[0].event == line.event
    assert structured(data=json.dumps(SAID))[0].event == line.event


def test_a_binary_event_has_its_attributes_in_headers():
    [line] = binary(json.dumps(SAID).encode(), source="/crm%20%C3%BC", type="mention", time=rfc3339(NOW))
    assert isinstance(line.event, Mention)
    [bad] = binary(b"\xff", source="/crm", type="mention")
    assert (bad.field, bad.event) == ("data", None)
    [other] = list(lines({"content-type": "text/plain", "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/",
                          "ce-type": "mention"}, b"x", NOW))  # fmt: skip
    assert other.field == "datacontenttype"


def test_a_batch_keeps_its_good_events():
    gone = {**EVENT, "type": "org.example.mention.deleted", "time": rfc3339(NOW - 5),
            "data": {"channel": "crm", "id": "7"}}  # fmt: skip
    body = json.dumps([EVENT, 5, gone, {**EVENT, "specversion": "0.3"}]).encode()
    found = list(lines({"content-type": BATCH}, body, NOW))
    assert [line.field for line in found] == ["", "line", "", "specversion"]
    assert found[2].event == Deletion("crm", "7", NOW - 5)
    assert [line.number for line in found] == [1, 2, 3, 4]
    [broken] = lines({"content-type": BATCH}, b"{", NOW)
    assert broken.field == "line"


def test_where_the_data_does_not_say_when_the_time_of_the_event_counts():
    undated = {key: value for key, value in SAID.items() if key != "published_at"}
    [line] = structured(data=undated, time=rfc3339(NOW - 9))
    assert line.event.published_at == NOW - 9
    [line] = structured(data={"channel": "crm", "id": "7", "deleted_at": rfc3339(NOW)}, time=rfc3339(NOW - 9))
    assert line.event == Deletion("crm", "7", NOW)


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"specversion": ...}, "specversion", "1.0"),
        ({"specversion": "2.0"}, "specversion", "2.0"),
        ({"id": ""}, "id", "add it"),
        ({"source": ...}, "source", "add it"),
        ({"source": "http://["}, "source", "URI"),
        ({"type": 5}, "type", "add it"),
        ({"datacontenttype": "text/xml"}, "datacontenttype", "application/json"),
        ({"time": 5}, "time", "RFC 3339"),
        ({"time": "gestern"}, "time", "RFC 3339"),
        ({"data": ...}, "data", "mention"),
        ({"data": "{"}, "data", "JSON"),
        ({"data": ..., "data_base64": "???"}, "data_base64", "Base64"),
        ({"data": {**SAID, "kind": "poem"}}, "data.kind", "choose one of"),
        ({"type": "x.deleted", "data": {"channel": "c", "id": "1"}}, "data.deleted_at", "time"),
    ],
)
def test_a_mistake_is_named_with_its_attribute(changes, field, word):
    [line] = structured(**changes)
    assert line.event is None
    assert (line.field, word in line.error, line.error.endswith(".")) == (field, True, True)


def test_broken_events_are_named_never_fatal():
    batch = json.dumps([EVENT, {**EVENT, "data": json.dumps(SAID)}]).encode()
    named = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/", "ce-type": "x", "ce-time": rfc3339(NOW)}
    for headers, piece in (({"content-type": BATCH}, batch), (named, json.dumps(SAID).encode())):
        for body in mutations([piece], 150, 5):
            for line in lines(headers, body, NOW):
                assert (line.event is None) == bool(line.field and line.error)


def test_other_requests_are_left_alone():
    assert not wrapped({"content-type": "application/json"})
    assert wrapped({"ce-specversion": "1.0"})
    [line] = lines({"content-type": "application/cloudevents+avro"}, b"", NOW)
    assert line.field == "content-type"
    [line] = lines({"content-type": STRUCTURED}, b"[1]", NOW)
    assert line.field == "line"
    [line] = lines({"content-type": STRUCTURED}, b"\xff", NOW)
    assert line.field == "line"
