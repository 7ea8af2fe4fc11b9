"""A real IMAP server: Debian's dovecot as a process of its own on loopback, with a throw-away configuration."""

import getpass
import grp
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from tests.fixtures.system import absent, until

PASSWORD = "geheim"
CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
disable_plaintext_auth = no
ssl = {ssl}
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
imap_capability = {capability}
auth_failure_delay = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail
}}
mail_location = maildir:{folder}/mail/Maildir
first_valid_uid = 0
first_valid_gid = 0
mail_max_userip_connections = 100
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
"""


class Dovecot:
    """One user's mailbox; letters are delivered by a rename into the Maildir, as a mail server does."""

    def __init__(self, *, encrypted: bool = False, idle: bool = True) -> None:
        self._encrypted, self._idle = encrypted, idle
        self.folder = Path(tempfile.mkdtemp(prefix="ember-dovecot-"))
        self.port, self.tls = _free(), _free()
        self._process: subprocess.Popen[bytes] | None = None
        self._delivered = 0

    def __enter__(self) -> Self:
        server = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if server is None:
            absent("dovecot-imapd")
        self.folder.chmod(0o755)
        self._write()
        command = [str(server), "-F", "-c", str(self.folder / "dovecot.conf")]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self._answers, "dovecot", 10)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
            self._process.kill()
            self._process.wait(5)
        shutil.rmtree(self.folder, ignore_errors=True)

    def empty(self) -> None:
        """Take all letters away."""
        shutil.rmtree(self.folder / "mail", ignore_errors=True)
        self._own(self.folder / "mail")

    def deliver(self, letter: str | bytes, folder: str = "INBOX") -> None:
        """Put a letter into a folder."""
        place = self.folder / "mail" / "Maildir" / ("" if folder == "INBOX" else f".{folder}")
        for part in ("tmp", "new", "cur"):
            made = place / part
            made.mkdir(parents=True, exist_ok=True)
        self._delivered += 1
        name = f"{time.time_ns()}.{self._delivered}.test"
        written = place / "tmp" / name
        written.write_bytes(letter if isinstance(letter, bytes) else letter.replace("\n", "\r\n").encode())
        self._own(self.folder / "mail")
        written.rename(place / "new" / name)

    def renumber(self, folder: str = "INBOX") -> None:
        """Give all letters new numbers, as a server does that was restored: another UIDVALIDITY."""
        place = self.folder / "mail" / "Maildir" / ("" if folder == "INBOX" else f".{folder}")
        validity = int((place / "dovecot-uidlist").read_text().split(" V")[1].split()[0])
        for path in (*place.glob("dovecot*"), *place.parent.glob("dovecot-uidvalidity*")):
            path.unlink()
        (place / "dovecot-uidlist").write_text(f"3 V{validity + 5} N1 G{'0' * 32}\n")
        self._own(self.folder / "mail")

    def flags(self) -> set[str]:
        """Return the flags of all letters, as the names of their files tell them."""
        names = (path.name for path in (self.folder / "mail" / "Maildir").glob("cur/*"))
        return {letter for name in names for letter in name.partition(":2,")[2]}

    def _write(self) -> None:
        root = os.geteuid() == 0
        me = getpass.getuser()
        (self.folder / "run").mkdir()
        certificate(self.folder)
        nobody = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
        settings = CONFIGURATION.format(
            folder=self.folder,
            ssl="required" if self._encrypted else "yes",
            internal="dovecot" if root else me,
            login="dovenull" if root else me,
            group="dovecot" if root else grp.getgrgid(os.getegid()).gr_name,
            capability="" if self._idle else "IMAP4rev1 LITERAL+",
            password=PASSWORD,
            uid=nobody.pw_uid,
            gid=nobody.pw_gid,
            port=self.port,
            tls=self.tls,
        )
        (self.folder / "dovecot.conf").write_text(settings)
        self._own(self.folder / "mail")

    def _own(self, path: Path) -> None:
        path.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            for one in (path, *path.rglob("*")):
                with suppress(FileNotFoundError):
                    os.chown(one, nobody.pw_uid, nobody.pw_gid)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as line:
                return line.recv(4) == b"* OK"
        except OSError:
            return False


def certificate(folder: Path) -> Path:
    """Make a certificate for 127.0.0.1 that signs itself, with its key beside it."""
    made = folder / "cert.pem"
    request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    named = ["-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(made)]
    subprocess.run([*request, *named, *files], check=True, capture_output=True)
    assert ssl.create_default_context(cafile=str(made))
    return made


def _free() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])
