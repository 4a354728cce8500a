#!/usr/bin/env python3
"""Clients that a script would be: Python's own libraries, and pydifact.

usage: peer.py imaplib|poplib|pydifact PORT USER PASSWORD BATCH MAILS

`imaplib` fetches so many mails a command and throws them away, `poplib` one by one. `pydifact` is
`imaplib` that reads each mail by `email` and its MSCONS by pydifact, and writes a CSV with a line a
value to /dev/null.
"""
import imaplib
import poplib
import sys

HOST = "127.0.0.1"


def by_imap(port, user, password, batch, mails):
    """Each mail's bytes."""
    server = imaplib.IMAP4(HOST, port)
    server.login(user, password)
    server.select("INBOX", readonly=True)
    for first in range(1, mails + 1, batch):
        last = min(mails, first + batch - 1)
        _, answer = server.fetch(f"{first}:{last}", "(UID BODY.PEEK[])")
        yield from (part[1] for part in answer if isinstance(part, tuple))
    server.logout()


def by_pop3(port, user, password, _batch, mails):
    """Each mail's lines."""
    server = poplib.POP3(HOST, port)
    server.user(user)
    server.pass_(password)
    for number in range(1, mails + 1):
        yield server.retr(number)[1]
    server.quit()


def rows(mail):
    """Start, end and value of each value of a mail."""
    import email
    import email.policy
    from pydifact.segmentcollection import RawSegmentCollection

    for part in email.message_from_bytes(mail, policy=email.policy.default).walk():
        if part.get_content_disposition() != "attachment":
            continue
        text = part.get_payload(decode=True).decode("latin-1")
        value, start = None, None
        for segment in RawSegmentCollection.from_str(text).segments:
            if segment.tag == "QTY":
                value = segment.elements[0][1]
            elif segment.tag == "DTM" and value and segment.elements[0][0] == "163":
                start = segment.elements[0][1]
            elif segment.tag == "DTM" and value and segment.elements[0][0] == "164":
                yield start, segment.elements[0][1], value
                value = None


def main():
    what, *rest = sys.argv[1:]
    port, user, password, batch, mails = rest
    arguments = (int(port), user, password, int(batch), int(mails))
    got = values = 0
    if what == "pydifact":
        import csv
        with open("/dev/null", "w", encoding="utf-8") as file:
            table = csv.writer(file)
            for mail in by_imap(*arguments):
                got += 1
                for row in rows(mail):
                    table.writerow(row)
                    values += 1
    else:
        for _ in (by_imap if what == "imaplib" else by_pop3)(*arguments):
            got += 1
    if got != int(mails):
        sys.exit(f"{got} of {mails} mails")
    print(values)


if __name__ == "__main__":
    main()
