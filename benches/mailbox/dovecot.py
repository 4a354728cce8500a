"""A Dovecot of the bench's own: on loopback, all state in one directory, and its CPU seconds."""
import os
import pathlib
import pwd
import socket
import subprocess
import sys
import time

PASSWORD = "secret"
OWNER = "mail"
TICKS = os.sysconf("SC_CLK_TCK")


class Dovecot:
    """Ports by protocol: `imap`, `imaps`, `pop3`, `pop3s`."""

    def __init__(self, home, users):
        """`users`: how the mails of each are kept, `maildir` or `mdbox`."""
        self.home = pathlib.Path(home)
        self.ports = dict(zip(("imap", "imaps", "pop3", "pop3s"), free_ports(4)))
        self.certificate = self.home / "certificate.pem"
        self.users = users
        self.config = self.home / "dovecot.conf"
        self.process = None

    def start(self):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
             "-keyout", self.home / "key.pem", "-out", self.certificate],
            check=True, stderr=subprocess.DEVNULL)
        owner = pwd.getpwnam(OWNER)
        for user in self.users:
            directory = self.home / "mail" / user
            directory.mkdir(parents=True)
            for path in (directory.parent, directory):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        (self.home / "users").write_text("".join(
            f"{user}:::::{self.home}/mail/{user}::userdb_mail={kind}:{self.directory(user)}\n"
            for user, kind in self.users.items()))
        self.config.write_text(CONFIG.format(home=self.home, password=PASSWORD, **self.ports))
        self.process = subprocess.Popen(["dovecot", "-F", "-c", self.config],
                                        stderr=subprocess.DEVNULL)
        for port in self.ports.values():
            if not answers(port):
                self.stop()
                sys.exit((self.home / "dovecot.log").read_text())

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def directory(self, user):
        """Where the mails of a user are."""
        return self.home / "mail" / user / self.users[user]

    def take_over(self, user, maildir):
        """Has Dovecot itself put the mails of a Maildir into a user's mailbox."""
        subprocess.run(["doveadm", "-c", self.config, "import", "-u", user,
                        f"maildir:{maildir}", "", "all"], check=True)

    def cpu_seconds(self):
        """Of all that Dovecot did so far; when the processes of connections that are over are gone,
        which are then counted by their parent."""
        for _ in range(250):
            children = list(self.children())
            if not any(name in ("imap", "pop3") for name, _ in children):
                break
            time.sleep(0.02)
        _, own = stat(self.process.pid)
        return own + sum(seconds for _, seconds in children)

    def children(self):
        """Name and CPU seconds of each living child."""
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    name, seconds, parent = stat(entry, with_parent=True)
                except (OSError, ValueError):
                    continue  # It is gone.
                if parent == self.process.pid:
                    yield name, seconds


def stat(pid, with_parent=False):
    """Name and CPU seconds of a process, with those of children that it waited for."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        head, _, tail = file.read().rpartition(")")
    fields = tail.split()
    seconds = sum(int(field) for field in fields[11:15]) / TICKS
    name = head.split("(", 1)[1]
    return (name, seconds, int(fields[1])) if with_parent else (name, seconds)


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [line.getsockname()[1] for line in held]
    for line in held:
        line.close()
    return ports


def answers(port):
    for _ in range(250):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return True
        except OSError:
            time.sleep(0.02)
    return False


CONFIG = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
instance_name = {home}
protocols = imap pop3
listen = 127.0.0.1
first_valid_uid = 1
mail_uid = mail
mail_gid = mail
mail_max_userip_connections = 100
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{home}/certificate.pem
ssl_key = <{home}/key.pem
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = passwd-file
  args = {home}/users
  default_fields = uid=mail gid=mail
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""
