"""`emberwatch up` and `emberwatch run` as real processes, with services of a few lines."""

import os
import signal
import socket

import pytest

from tests.fixtures.system import alive, descendants, until

RUNNING = "Emberwatch läuft / is running: http://127.0.0.1:"


@pytest.fixture
def up(emberwatch, tiny, small_config, free_port):
    """Start `up` with the services named."""

    def start(*services: str, options: tuple[str, ...] = ()):
        chosen = [word for service in services for word in ("--service", service)]
        return emberwatch("up", "--port", str(free_port), *chosen, *options)

    return start


def gone(family: set[int]) -> None:
    until(lambda: not any(alive(pid) for pid in family), f"the end of all of {family}")


def child_of(system, word: str) -> int:
    """Return the process id of the child whose command line holds `word`."""

    def found() -> int | None:
        for pid in descendants(system.process.pid):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as line:  # noqa: PTH123 # the kernel's own
                    if word.encode() in line.read():
                        return pid
            except OSError:
                continue
        return None

    return int(until(found, f"a process with {word}"))


def test_one_line_says_where_it_runs_and_ctrl_c_leaves_nothing(up, tmp_path, free_port):
    system = up("patient", "forgetful")
    said = system.says(RUNNING)
    assert f"{RUNNING}{free_port}/wall/main   (Strg-C beendet / Ctrl-C stops it)" in said
    assert said.count(RUNNING) == 1
    assert "service failed" in said, "a warning of a child reaches the terminal"
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert '"service ready"' in (tmp_path / "data" / "logs" / "patient.log").read_text()
    assert "service ready" not in said
    family = system.family()
    assert len(family) == 4, "the supervisor, Redis and two services"
    system.process.send_signal(signal.SIGINT)
    assert system.ends() == 0
    gone(family)
    assert len(list((tmp_path / "data").glob("stopped-*"))) == 1, "the service was stopped gracefully"
    again = up("patient")
    again.says(RUNNING)


def test_sigterm_leaves_nothing(up):
    system = up("patient")
    system.says(RUNNING)
    family = system.family()
    system.process.send_signal(signal.SIGTERM)
    assert system.ends() == 0
    gone(family)


def test_a_killed_supervisor_leaves_nothing(up):
    system = up("patient")
    system.says(RUNNING)
    family = system.family()
    os.kill(system.process.pid, signal.SIGKILL)
    gone(family)


def test_a_second_ctrl_c_stops_what_does_not_listen(up, tmp_path):
    system = up("deaf")
    system.says(RUNNING)
    (tmp_path / "data" / "go-deaf").touch()
    until((tmp_path / "data" / "deaf").exists, "the deaf service")
    family = system.family()
    system.process.send_signal(signal.SIGINT)
    system.says("Stopping")
    assert system.process.poll() is None
    system.process.send_signal(signal.SIGINT)
    assert system.ends(5) == 0
    gone(family)


def test_a_killed_service_is_started_again(up, tmp_path):
    system = up("patient")
    system.says(RUNNING)
    first = child_of(system, "run\0patient")
    os.kill(first, signal.SIGKILL)
    system.says("killed by SIGKILL")
    second = until(lambda: child_of(system, "run\0patient"), "another process")
    assert second != first
    log = tmp_path / "data" / "logs" / "patient.log"
    until(lambda: log.read_text().count('"service ready"') == 2, "the service's second readiness")


def test_a_killed_redis_is_started_again_on_the_same_socket(up):
    system = up("patient")
    system.says(RUNNING)
    first = child_of(system, "redis-server")
    patient = child_of(system, "run\0patient")
    os.kill(first, signal.SIGKILL)
    system.says("redis died")
    assert until(lambda: child_of(system, "redis-server"), "another Redis") != first
    assert alive(patient), "services outlive Redis"


def test_a_second_one_on_the_same_data_is_refused(up, emberwatch, free_port):
    first = up("patient")
    first.says(RUNNING)
    second = emberwatch("up", "--port", str(free_port), "--service", "patient")
    assert second.ends() == 1
    assert "already runs on" in second.output
    assert f"(process {first.process.pid}); stop it first" in second.output
    assert "Traceback" not in second.output


def test_a_port_in_use_is_told(up, free_port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port))
        other.listen()
        system = up("patient")
        assert system.ends() == 2
    assert system.output == f"Port {free_port} is in use; choose another, such as --port {free_port + 1}.\n"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--host", "0.0.0.0"), "add --insecure"),
        (("--config", "none.yaml"), "the file cannot be read"),
        (("--service", "pateint"), "There is no 'pateint' in emberwatch.services"),
        (("--port", "70000"), "65535"),
    ],
)
def test_what_cannot_work_is_refused_at_once(up, options, sentence, tmp_path):
    system = up("patient", options=options)
    assert system.ends() == 2
    assert sentence in " ".join(system.output.split())
    assert "Traceback" not in system.output
    assert not (tmp_path / "data" / "emberwatch.sqlite").exists()


def test_a_dashboard_of_its_own_is_not_opened_to_others_by_mistake(emberwatch):
    alone = emberwatch("run", "dashboard", "--host", "0.0.0.0")
    assert alone.ends() == 2
    assert "add --insecure" in " ".join(alone.output.split())


def test_another_number_of_partitions_on_the_same_data_is_refused(up, small_config):
    first = up("patient")
    first.says(RUNNING)
    first.process.send_signal(signal.SIGINT)
    assert first.ends() == 0
    small_config.write_text(small_config.read_text() + "bus: {partitions: 4}\n")
    second = up("patient")
    assert second.ends() == 2
    assert "spread over 1; set it back to 1" in second.output
    assert "Traceback" not in second.output


def test_without_the_demo_something_has_to_be_left(up, small_config):
    small_config.write_text("brands:\n  - {id: nord, name: Nord, query: nord, demo: true}\n")
    system = up("patient", options=("--no-demo",))
    assert system.ends() == 2
    assert system.output == "Without the demo there is no brand to watch; add one to config.yaml.\n"


def test_services_can_share_a_process(up, emberwatch, tmp_path):
    system = up("patient")
    system.says(RUNNING)
    other = emberwatch("run", "forgetful", "patient")
    other.says("service ready")
    until(lambda: other.output.count("service ready") == 2, "both services")
    other.process.send_signal(signal.SIGTERM)
    assert other.ends() == 0


def test_a_service_waits_for_redis(emberwatch, tiny, small_config):
    system = emberwatch("run", "patient")
    said = system.says("Nothing runs on data")
    assert "waiting" in said
    system.process.send_signal(signal.SIGINT)
    assert system.ends() == 0
