#!/usr/bin/env python3
"""The limit of fetching: everything asked for at once, read and thrown away.

usage: raw.py imap|pop3 HOST PORT USER PASSWORD [tls] [from N]

IMAP: LOGIN, SELECT, `UID FETCH 1:* (UID BODY.PEEK[])`. POP3: USER, PASS, STAT, then a RETR for each
mail, always 256 of them on the way. Blocks of 256 KiB until all is there. Nothing is parsed and
nothing is kept, so no client that does something with the mails can be faster. `from N` begins at
this UID (IMAP only). Prints the bytes read, and the seconds that it took from the connection on.
"""
import socket
import ssl
import sys
import time

BLOCK = 256 << 10
RETR_ON_THE_WAY = 256


def connect(host, port, tls):
    line = socket.create_connection((host, port))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if tls:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        line = context.wrap_socket(line)
    return line


def command(line, tag, text, block):
    """Sends an IMAP command and reads to its tagged answer; gives the bytes read."""
    line.sendall(tag + b" " + text + b"\r\n")
    total, end = 0, b""
    while True:
        count = line.recv_into(block)
        if count == 0:
            sys.exit("the server closed the connection")
        total += count
        # The tagged line is the last of all that the server sends.
        end = (end + bytes(block[max(0, count - 512):count]))[-512:]
        last = end[end.rfind(b"\n", 0, -1) + 1:]
        if last.startswith(tag + b" ") and last.endswith(b"\r\n"):
            if not last.startswith(tag + b" OK"):
                sys.exit(last.decode())
            return total


def imap(line, user, password, first):
    block = memoryview(bytearray(BLOCK))
    command(line, b"a", f"LOGIN {user} {password}".encode(), block)
    command(line, b"b", b"SELECT INBOX", block)
    return command(line, b"c", f"UID FETCH {first}:* (UID BODY.PEEK[])".encode(), block)


def short(line, text):
    """Sends a POP3 command with an answer of one line."""
    line.sendall(text + b"\r\n")
    answer = b""
    while not answer.endswith(b"\r\n"):
        answer += line.recv(4096)
    if not answer.startswith(b"+OK"):
        sys.exit(answer.decode())
    return answer


def pop3(line, user, password, _first):
    short(line, b"USER " + user.encode())
    short(line, b"PASS " + password.encode())
    mails = int(short(line, b"STAT").split()[1])
    block = bytearray(BLOCK)
    sent = done = total = 0
    end = b""
    while done < mails:
        # Refilled by halves, so that a command does not go out alone.
        if sent < mails and sent - done <= RETR_ON_THE_WAY // 2:
            until = min(mails, done + RETR_ON_THE_WAY)
            line.sendall(b"".join(b"RETR %d\r\n" % (n + 1) for n in range(sent, until)))
            sent = until
        count = line.recv_into(block)
        if count == 0:
            sys.exit("the server closed the connection")
        total += count
        # A line with one dot ends a mail. It may lie across two blocks, hence the last four bytes of
        # the one before; it has five itself, so that none is counted twice.
        seen = end + bytes(memoryview(block)[:count])
        done += seen.count(b"\r\n.\r\n")
        end = seen[-4:]
    return total


def main():
    protocol, host, port, user, password, *rest = sys.argv[1:]
    first = int(rest[rest.index("from") + 1]) if "from" in rest else 1
    begin = time.monotonic()
    line = connect(host, int(port), "tls" in rest)
    line.recv(4096)
    read = {"imap": imap, "pop3": pop3}[protocol]
    count = read(line, user, password, first)
    print(count, time.monotonic() - begin)


if __name__ == "__main__":
    main()
