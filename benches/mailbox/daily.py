"""What a gateway does all day: polls that find nothing, ten new mails among many, a mail alone."""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

import mails
from clients import Mailbox, installed
from dovecot import PASSWORD, free_ports
from proxy import Proxy

NEW_MAILS = 10
LONE_MAILS = 10
POLL = "poll: ends IDLE, asks what is new"
POLL_AND_IDLE = "the same, until IDLE waits again"


@contextlib.contextmanager
def running(bench, mailbox, more=""):
    """A gateway that runs, waits in IDLE, and reaches its server through a proxy."""
    proxy = Proxy(bench.dovecot.ports["imap"])
    bench.web_port = free_ports(1)[0]
    config = bench.configure(mailbox, "imap", proxy.port, more)
    log = (bench.home / "run.log").open("w")
    gateway = subprocess.Popen([bench.gateway, "--config", config, "run"], stdout=log, stderr=log)
    try:
        wait(lambda: idling(proxy), "the gateway's first IDLE", 600)
        yield proxy, config
    finally:
        gateway.send_signal(signal.SIGTERM)
        gateway.wait()
        proxy.close()
        log.close()


def wait(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"{what} did not come")
        time.sleep(0.002)


def idling(proxy, since=0):
    """Whether the last that was said is the server's word that the client may wait."""
    said = proxy.events[since:]
    return bool(said) and not said[-1][1] and said[-1][2].startswith(b"+ ")


def idle_polls(bench, mailbox, rounds):
    """Milliseconds and bytes of a poll that finds nothing, of STATUS, and of a search for unseen
    mails on an open connection, in turn; all through the same proxy."""
    figures = {POLL: [], POLL_AND_IDLE: [], "STATUS": [], "UID SEARCH UNSEEN": []}
    with running(bench, mailbox) as (proxy, config):
        line = sign_in(proxy.port, mailbox.user)
        for _ in range(rounds):
            since = len(proxy.events)
            subprocess.run([bench.gateway, "--config", config, "fetch"], check=True,
                           stderr=subprocess.DEVNULL)
            wait(lambda: idling(proxy, since), "the end of a poll")
            said = proxy.events[since:]
            again = next(at for at, (_, client, block) in enumerate(said)
                         if client and b"IDLE" in block)
            figures[POLL].append(spent(said[:again]))
            figures[POLL_AND_IDLE].append(spent(said))
            figures["STATUS"].append(
                asked(proxy, line, "STATUS INBOX (UIDNEXT UIDVALIDITY MESSAGES)"))
            ask(line, "EXAMINE INBOX")
            figures["UID SEARCH UNSEEN"].append(asked(proxy, line, "UID SEARCH UNSEEN"))
            ask(line, "CLOSE")
        line.close()
    return {name: medians(pairs) for name, pairs in figures.items()}


def asked(proxy, line, command):
    since = len(proxy.events)
    ask(line, command)
    return spent(proxy.events[since:])


def medians(pairs):
    return tuple(statistics.median(column) for column in zip(*pairs))


def spent(events):
    """Milliseconds from the client's first word to the server's last, and the bytes of the server."""
    first = next(at for at, from_client, _ in events if from_client)
    last = max(at for at, from_client, _ in events if not from_client)
    return (last - first) * 1e3, sum(len(block) for _, client, block in events if not client)


def sign_in(port, user):
    line = socket.create_connection(("127.0.0.1", port))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.recv(4096)
    ask(line, f"LOGIN {user} {PASSWORD}")
    return line


def ask(line, command):
    line.sendall(f"t {command}\r\n".encode())
    answer = b""
    while not re.search(rb"(?:^|\n)t (OK|NO|BAD)[^\n]*\n$", answer[-512:]):
        answer += line.recv(1 << 20)


def new_among_many(bench, mailbox, directory, held_back, rounds):
    """What ten new mails cost in a mailbox of many: the raw read of the ten, a fetch that finds
    nothing, and a fetch of the ten, in turn. All other mails are durable already."""
    runs = {"raw: SELECT and the ten": [], "fetch: nothing new": [], "fetch: ten new": []}
    known = mailbox.mails
    for _ in range(rounds):
        runs["fetch: nothing new"].append(bench.fetch(mailbox, "imap", expected=0, fresh=False))
        for _ in range(NEW_MAILS):
            mails.deliver(held_back.pop(0), directory, link=True)
        mails.give(directory)
        # The server finds them once, which costs it seconds in a large Maildir: not for us to pay.
        bench.raw(mailbox, "imap", first=known + 1)
        runs["raw: SELECT and the ten"].append(bench.raw(mailbox, "imap", first=known + 1))
        runs["fetch: ten new"].append(bench.fetch(mailbox, "imap", NEW_MAILS, fresh=False))
        known += NEW_MAILS
    return runs


def lone_mails(bench, mailbox, directory, held_back):
    """Milliseconds from the last byte of a mail to the gateway's word that it may go (which it says
    only of what is durable), and of an append of the same bytes with fdatasync."""
    shutil.rmtree(bench.data, ignore_errors=True)
    ours, limit = [], []
    with running(bench, mailbox, "delete_after_fetch = true") as (proxy, _):
        for number in range(LONE_MAILS):
            since = len(proxy.events)
            new = pathlib.Path(directory, "new", f"{number}.lone")
            path = pathlib.Path(directory, "tmp", f"{number}.lone")
            shutil.copy(held_back[number], path)
            shutil.chown(path, "mail", "mail")
            path.rename(new)
            wait(lambda: any(client and b"STORE" in block
                             for _, client, block in proxy.events[since:]), "the release of a mail")
            ours.append(until_released(proxy.events[since:]))
            limit.append(append(bench.home / "append", held_back[number].read_bytes()))
            wait(lambda: idling(proxy, since), "IDLE behind a mail")
    return ours, limit


def until_released(events):
    released = next(at for at, (_, client, block) in enumerate(events) if client and b"STORE" in block)
    read = max(at for at, client, block in events[:released] if not client and b"Fetch" in block)
    return (events[released][0] - read) * 1e3


def append(path, block):
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    begin = time.monotonic()
    os.write(file, block)
    os.fdatasync(file)
    seconds = time.monotonic() - begin
    os.close(file)
    return seconds * 1e3


def flushes(bench, mailbox, expected, fresh=True):
    """How often a fetch asks the disk to keep what it wrote (fsync and fdatasync), by strace;
    `None` without it."""
    if not installed("strace"):
        return None
    count = bench.home / "strace"
    wrap = ["strace", "-f", "-c", "--seccomp-bpf", "-e", "trace=fsync,fdatasync", "-o", count]
    bench.fetch(mailbox, "imap", expected, fresh, wrap)
    rows = [line.split() for line in count.read_text().splitlines()]
    return sum(int(row[3]) for row in rows if row and row[-1] in ("fsync", "fdatasync"))


def empty(bench, user):
    """A mailbox without mails."""
    directory = bench.dovecot.directory(user)
    mails.make(directory)
    mails.give(directory.parent)
    return Mailbox(user, 0, 0, "no mails"), directory
