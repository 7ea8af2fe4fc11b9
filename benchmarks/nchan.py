"""nginx with nchan as the peer of our walls: one process, one channel, the newest message only."""

import http.client
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MODULES = tuple(Path(place) / "ngx_nchan_module.so" for place in ("/usr/lib/nginx/modules", "/usr/lib64/nginx/modules"))
STARTED_WITHIN = 5.0
CONF = """
load_module {module};
daemon off; master_process off; worker_processes 1; worker_rlimit_nofile 8192;
pid {folder}/nginx.pid; error_log {folder}/error.log crit;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port};
    location = /watch {{ nchan_subscriber websocket; nchan_channel_id walls; nchan_subscriber_first_message newest; }}
    location = /say {{
      nchan_publisher http; nchan_channel_id walls; nchan_message_buffer_length 1;
      client_max_body_size 1m; client_body_buffer_size 1m;
    }}
  }}
}}
"""


def installed() -> Path | None:
    """Return nchan's module if nginx and it are there."""
    return next((path for path in MODULES if path.exists()), None) if shutil.which("nginx") else None


@contextmanager
def nchan(module: Path, folder: Path) -> Iterator[tuple[int, int]]:
    """Run nginx with its own configuration in `folder` and yield (pid, port)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    conf = folder / "nginx.conf"
    conf.write_text(CONF.format(module=module, folder=folder, port=port), "utf-8")
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(conf)], stdin=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(int(STARTED_WITHIN / 0.05)):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("nginx does not start; see what `nginx -t` says about nchan.")


@contextmanager
def saying(port: int, message: bytes, rate: float) -> Iterator[None]:
    """Publish the message at a rate from a thread, over one connection, until the block ends."""
    over = threading.Event()

    def speak() -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        due = time.monotonic()
        while not over.is_set():
            line.request("POST", "/say", message, {"Content-Type": "text/plain"})
            line.getresponse().read()
            due += 1 / rate
            over.wait(max(0.0, due - time.monotonic()))
        line.close()

    speaker = threading.Thread(target=speak, daemon=True)
    speaker.start()
    try:
        yield
    finally:
        over.set()
        speaker.join(10)
