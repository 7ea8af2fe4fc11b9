import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import Conflict, WrongInput
from app.premises import check_address, holder, is_loopback, occupied

ROOT = Path(__file__).parents[3]
HOLD = """
import sys
from pathlib import Path
from app.premises import occupied
with occupied(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_data_folder_is_held_by_one_alone(tmp_path):
    data = tmp_path / "deep" / "data"
    with occupied(data):
        assert holder(data) == os.getpid()
        assert data.stat().st_mode & 0o777 == 0o700
        with (
            pytest.raises(Conflict, match=rf"already runs on .*\(process {os.getpid()}\); stop it first"),
            occupied(data),
        ):
            pass
    assert holder(data) is None
    with occupied(data):
        pass


def test_our_own_folder_is_closed_and_somebody_elses_left_as_it_is(tmp_path):
    for name, put in (("empty", None), ("ours", "emberwatch.sqlite"), ("theirs", "letters.txt")):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(0o755)
        if put:
            (tmp_path / name / put).touch()
        with occupied(tmp_path / name):
            pass
    modes = {name: (tmp_path / name).stat().st_mode & 0o777 for name in ("empty", "ours", "theirs")}
    assert modes == {"empty": 0o700, "ours": 0o700, "theirs": 0o755}


def test_a_killed_holder_leaves_the_folder_free(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        assert holder(tmp_path) == other.pid
        with pytest.raises(Conflict, match=str(other.pid)), occupied(tmp_path):
            pass
        other.kill()
        other.wait(10)
    with occupied(tmp_path):
        pass


def test_a_folder_that_cannot_be_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WrongInput, match=r"cannot be used .* name another with --data"), occupied(tmp_path / "file"):
        pass


def test_nobody_holds_what_is_not_there(tmp_path):
    assert holder(tmp_path / "none") is None


def test_a_port_in_use_is_told_with_another():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(WrongInput, match=rf"Port {port} is in use; choose another, such as --port {port + 1}\."):
            check_address("127.0.0.1", port, insecure=False)


def test_a_free_port_is_fine(free_port):
    check_address("127.0.0.1", free_port, insecure=False)
    check_address("localhost", free_port, insecure=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_letting_others_in_needs_a_word(host, free_port):
    with pytest.raises(WrongInput, match="add --insecure"):
        check_address(host, free_port, insecure=False)


def test_letting_others_in_is_possible(free_port):
    check_address("0.0.0.0", free_port, insecure=True)


def test_an_address_of_another_machine_is_told(free_port):
    with pytest.raises(WrongInput, match=r"Nobody can listen on 192\.0\.2\.1"):
        check_address("192.0.2.1", free_port, insecure=True)
    with pytest.raises(WrongInput, match="not an address of this machine"):
        check_address("no-such-host.invalid", free_port, insecure=True)


@pytest.mark.parametrize(
    ("host", "expected"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("10.0.0.1", False)]
)
def test_loopback_is_told_apart(host, expected):
    assert is_loopback(host) is expected
