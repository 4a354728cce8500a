"""What fetches: the raw reader, the gateway, and the peers that are installed."""
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys

from dovecot import PASSWORD

HERE = pathlib.Path(__file__).resolve().parent
PYDIFACT = "pydifact==0.2.3"


@dataclasses.dataclass
class Mailbox:
    """Where mails are, and how many."""
    user: str
    mails: int
    size: int
    what: str


@dataclasses.dataclass
class Run:
    """One run of one client."""
    wall: float
    cpu: float
    server_cpu: float
    rss: int
    mails: int
    said: str = ""


class Bench:
    """What all clients need to know."""

    def __init__(self, gateway, home, dovecot):
        self.gateway, self.home, self.dovecot = gateway, pathlib.Path(home), dovecot

    def measured(self, command, mails, environment=None, good=(0,)):
        """Runs a client to its end."""
        os.sync()
        server = self.dovecot.cpu_seconds()
        launch = [sys.executable, "-S", "-E", HERE / "launch.py", *command]
        done = subprocess.run(launch, stdout=subprocess.PIPE, check=True,
                              env={**os.environ, **(environment or {})})
        took = json.loads(done.stdout)
        if took.pop("code") not in good:
            sys.exit(f"{command}: {took['said']}")
        return Run(server_cpu=self.dovecot.cpu_seconds() - server, mails=mails, **took)

    def raw(self, mailbox, protocol, first=None):
        """Its time is from the first byte to the last, without the start of Python."""
        command = [sys.executable, HERE / "raw.py", protocol[:4], "127.0.0.1",
                   str(self.dovecot.ports[protocol]), mailbox.user, PASSWORD]
        command += ["tls"] * protocol.endswith("s") + (["from", str(first)] if first else [])
        run = self.measured(command, mailbox.mails)
        return dataclasses.replace(run, wall=float(run.said.split()[1]))

    def configure(self, mailbox, protocol, port=None, more=""):
        """Writes a configuration; gives its path. The data directory is not touched."""
        config = self.home / "gateway.toml"
        config.write_text(f"""
data_dir = "{self.data}"
[web]
listen = "127.0.0.1:{self.web_port}"
[[mailbox]]
name = "bench"
protocol = "{protocol[:4]}"
host = "127.0.0.1"
port = {port or self.dovecot.ports[protocol]}
encryption = "{"tls" if protocol.endswith("s") else "none"}"
trust_all_certificates = true
username = "{mailbox.user}"
password = "{PASSWORD}"
{more}
""")
        return config

    web_port = 8080

    @property
    def data(self):
        return self.home / "data"

    def fetch(self, mailbox, protocol, expected=None, fresh=True, wrap=()):
        """`mscons-gateway fetch` until every mail is durable."""
        if fresh:
            shutil.rmtree(self.data, ignore_errors=True)
        config = self.configure(mailbox, protocol)
        expected = mailbox.mails if expected is None else expected
        run = self.measured([*wrap, self.gateway, "--config", config, "fetch"], expected)
        if f"{expected} stored durably" not in run.said:
            sys.exit(f"fetch: {run.said}")
        return run

    def peer(self, what, mailbox, protocol, batch, mails, python=sys.executable):
        command = [python, HERE / "peer.py", what, str(self.dovecot.ports[protocol]), mailbox.user,
                   PASSWORD, str(batch), str(mails)]
        return self.measured(command, mails)

    def mbsync(self, mailbox, protocol):
        """IMAP to an empty Maildir."""
        target = self.home / "mbsync"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        tls = protocol == "imaps"
        config = self.home / "mbsyncrc"
        # The file wants empty lines between its sections.
        config.write_text(f"""IMAPAccount bench
Host localhost
Port {self.dovecot.ports[protocol]}
User {mailbox.user}
Pass {PASSWORD}
AuthMechs LOGIN
SSLType {"IMAPS" if tls else "None"}
{f"CertificateFile {self.dovecot.certificate}" if tls else ""}

IMAPStore far
Account bench

MaildirStore near
Path {target}/
Inbox {target}/INBOX

Channel bench
Far :far:
Near :near:
Create Near
Sync Pull
SyncState *
""".replace("None\n\n\n", "None\n\n"))
        run = self.measured(["mbsync", "-c", config, "bench"], mailbox.mails)
        stored = sum(len(os.listdir(target / "INBOX" / name)) for name in ("cur", "new"))
        shutil.rmtree(target)
        if stored != mailbox.mails:
            sys.exit(f"mbsync stored {stored} mails: {run.said}")
        return run

    def fetchmail(self, mailbox, protocol, mails):
        """Each mail to `cat`, a process a mail, as fetchmail delivers."""
        config = self.home / "fetchmailrc"
        config.write_text(f"""poll 127.0.0.1 protocol {protocol[:4].upper()} port {self.dovecot.ports[protocol]}
  user "{mailbox.user}" password "{PASSWORD}" sslproto "" keep fetchall norewrite
  fetchlimit {mails} mda "/bin/cat > /dev/null"
""")
        config.chmod(0o600)
        environment = {"FETCHMAILHOME": str(self.home)}
        # 13: the limit is reached.
        return self.measured(["fetchmail", "-s", "-N", "-f", config], mails, environment, (0, 13))


def python_with_pydifact(target):
    """A Python that has pydifact, made at first use; `None` if it cannot be had."""
    python = pathlib.Path(target, "bench-python", "bin", "python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", python.parent.parent], check=True)
    has = [python, "-c", "import pydifact"]
    if subprocess.run(has, stderr=subprocess.DEVNULL, check=False).returncode != 0:
        subprocess.run([python, "-m", "pip", "install", "--quiet", PYDIFACT],
                       check=False, stderr=subprocess.DEVNULL)
    ready = subprocess.run(has, stderr=subprocess.DEVNULL, check=False).returncode == 0
    return python if ready else None


def installed(program):
    return shutil.which(program) is not None
