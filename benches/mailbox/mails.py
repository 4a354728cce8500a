"""Mails for the mailboxes, as files with their sizes in the names, as a delivery agent writes them."""
import base64
import datetime
import os
import pathlib
import pwd
import random
import subprocess

from dovecot import OWNER

QUARTERS_A_MONTH = 2_976
LARGE_MESSAGES = 3


def write_small(gateway, directory, count):
    """Mails of 12 KB with one MSCONS of 96 values each, by `mscons-gateway generate`."""
    subprocess.run([gateway, "generate", directory, "--mails", str(count)],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    files = sorted(pathlib.Path(directory, "new").iterdir())
    return [deliver(file.rename(pathlib.Path(directory, "tmp", file.name)), directory)
            for file in files]


def write_large(directory, count):
    """Mails of 1 MB with one MSCONS of three meters' month each: 8,928 values."""
    times = [stamp(datetime.datetime(2025, 12, 31, 23) + datetime.timedelta(minutes=15 * n))
             for n in range(QUARTERS_A_MONTH + 1)]
    numbers = random.Random(7)
    make(directory)
    files = []
    for number in range(count):
        path = pathlib.Path(directory, "tmp", f"{number:08}.large")
        path.write_bytes(letter(f"BIG{number:08}", large(number, times, numbers)))
        files.append(deliver(path, directory))
    return files


def make(directory):
    for folder in ("cur", "new", "tmp"):
        pathlib.Path(directory, folder).mkdir(parents=True, exist_ok=True)


def deliver(path, directory, link=False):
    """Moves (or links) a mail into a Maildir, with its size in the name, so that the server need
    not look again; gives its path there."""
    length = path.stat().st_size
    name = path.name.split(",", 1)[0]
    target = pathlib.Path(directory, "cur", f"{name},S={length},W={length}:2,")
    (os.link if link else os.rename)(path, target)
    return target


def fill(directory, files):
    """Links mails into a Maildir; gives their bytes."""
    make(directory)
    for path in files:
        deliver(path, directory, link=True)
    give(directory)
    return sum(path.stat().st_size for path in files)


def give(directory):
    """Lets the server's user have a directory."""
    owner = pwd.getpwnam(OWNER)
    for folder, _, names in os.walk(directory):
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        for name in names:
            os.chown(os.path.join(folder, name), owner.pw_uid, owner.pw_gid)


def large(number, times, numbers):
    """An interchange of three meters."""
    reference = f"BIG{number:08}"
    begin, end = times[0], times[-1]
    parts = [f"UNA:+,? 'UNB+UNOC:3+9905048000007:500+9985046000001:500+260201:0815+{reference}++TL'"]
    for message in range(1, LARGE_MESSAGES + 1):
        segments = [
            f"UNH+{message}+MSCONS:D:04B:UN:2.4c'", f"BGM+Z48+{reference}-{message}+9'",
            "DTM+137:202602010815?+00:303'", "RFF+Z13:13025'", "NAD+MS+9905048000007::293'",
            "NAD+MR+9985046000001::293'", "UNS+D'", "NAD+DP'",
            f"LOC+172+{market_location(number * LARGE_MESSAGES + message)}'",
            f"DTM+163:{begin}DTM+164:{end}LIN+1'PIA+5+1-1?:1.29.0:SRW'"]
        for start, until in zip(times, times[1:]):
            value = numbers.randrange(5_000)
            segments.append(f"QTY+220:{value // 1000},{value % 1000:03}'"
                            f"DTM+163:{start}DTM+164:{until}STS+Z34++ZA4'")
        parts.append("".join(segments) + f"UNT+{4 * QUARTERS_A_MONTH + 14}+{message}'")
    parts.append(f"UNZ+{LARGE_MESSAGES}+{reference}'")
    return "".join(parts).encode("latin-1")


def stamp(time):
    return f"{time:%Y%m%d%H%M}?+00:303'"


def market_location(number):
    digits = f"{6_000_000_000 + number}"
    odd, even = sum(map(int, digits[0::2])), sum(map(int, digits[1::2]))
    return digits + str(-(odd + 2 * even) % 10)


def letter(reference, file):
    name = f"MSCONS_TL_9905048000007_9985046000001_20260201_{reference}.txt"
    head = (f"From: Netz <netz@example.net>\nTo: Messwerte <meter@example.org>\n"
            f"Subject: {name}\nDate: Sun, 01 Feb 2026 08:15:00 +0000\n"
            f"Message-ID: <{reference}@sample.example>\nMIME-Version: 1.0\n"
            f'Content-Type: application/octet-stream; name="{name}"\n'
            f'Content-Disposition: attachment; filename="{name}"\n'
            f"Content-Transfer-Encoding: base64\n\n")
    return (head.encode() + base64.encodebytes(file)).replace(b"\n", b"\r\n")
