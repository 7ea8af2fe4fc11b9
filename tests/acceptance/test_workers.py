"""`emberwatch run --workers` and `up --workers`: several processes of a service, told apart, started again, stopped."""

import os
import signal
import urllib.request

import pytest

from tests.fixtures.system import alive, descendants, until

RUNNING = "Emberwatch läuft / is running: http://127.0.0.1:"


def workers(running) -> dict[str, int]:
    """Return the name of each worker and its process id."""
    found = {}
    for pid in descendants(running.process.pid):
        try:
            with open(f"/proc/{pid}/environ", "rb") as told:  # noqa: PTH123 # the kernel's own
                words = dict(word.split(b"=", 1) for word in told.read().split(b"\0") if b"=" in word)
        except OSError:
            continue
        if name := words.get(b"EMBERWATCH_WORKER", b"").decode().partition("@")[0]:
            found[name] = pid
    return found


def test_a_crew_is_started_told_apart_restarted_and_stopped(emberwatch, tiny, small_config, free_port):
    crew = emberwatch("run", "patient", "--workers", "2", "--metrics-port", str(free_port))
    until(lambda: {"patient-1", "patient-2"} <= workers(crew).keys(), "two workers")
    first = workers(crew)
    for name in first:
        crew.says(f'"worker": "{name}"')
    os.kill(first["patient-2"], signal.SIGKILL)
    crew.says("killed by SIGKILL")
    until(lambda: workers(crew).get("patient-2", first["patient-2"]) != first["patient-2"], "another second worker")
    assert workers(crew)["patient-1"] == first["patient-1"]
    page = urllib.request.urlopen(f"http://127.0.0.1:{free_port}/metrics", timeout=5).read().decode()
    assert 'emberwatch_service_restarts_total{service="patient-2"} 1.0' in page
    family = crew.family()
    crew.process.send_signal(signal.SIGTERM)
    assert crew.ends() == 0
    until(lambda: not any(alive(pid) for pid in family), "the end of all")


@pytest.mark.long
def test_up_takes_several_workers_of_a_service(emberwatch, tiny, small_config, free_port, tmp_path):
    options = ("--service", "patient", "--workers", "patient=2")
    system = emberwatch("up", "--port", str(free_port), *options)
    system.says(RUNNING)
    assert workers(system).keys() == {"patient-1", "patient-2"}
    for name in ("patient-1", "patient-2"):
        assert '"service ready"' in (tmp_path / "data" / "logs" / f"{name}.log").read_text()
    system.process.send_signal(signal.SIGINT)
    assert system.ends() == 0


@pytest.mark.parametrize("word", ["patient=0", "nobody=2"])
def test_a_number_of_workers_that_cannot_be_read_is_told(emberwatch, tiny, small_config, free_port, word):
    system = emberwatch("up", "--port", str(free_port), "--service", "patient", "--workers", word)
    assert system.ends() == 2
    assert f"--workers {word} cannot be read; write SERVICE=N with one of patient" in " ".join(system.output.split())


@pytest.mark.long
def test_several_dashboards_share_a_port(emberwatch, small_config, free_port, monkeypatch, redis_server):
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    crew = emberwatch("run", "dashboard", "--workers", "2", "--port", str(free_port))

    def both_listen() -> bool:
        with open("/proc/net/tcp") as table:  # noqa: PTH123 # the kernel's own
            return sum(f":{free_port:04X} 00000000:0000 0A" in line for line in table) == 2

    until(both_listen, "two listeners", 40)
    for _ in range(8):
        assert urllib.request.urlopen(f"http://127.0.0.1:{free_port}/healthz", timeout=5).status == 200
    crew.process.send_signal(signal.SIGTERM)
    assert crew.ends() == 0
