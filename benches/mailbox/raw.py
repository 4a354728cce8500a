#!/usr/bin/env python3
"""The limit of fetching: one pipelined FETCH of everything, read and thrown away.

usage: raw.py HOST PORT USER PASSWORD [tls]

LOGIN, SELECT, `FETCH 1:* (UID BODY.PEEK[])`; blocks of 256 KiB until the tagged line. Nothing is
parsed and nothing is kept, so no client that does something with the mails can be faster.
Prints the bytes read.
"""
import socket
import ssl
import sys

BLOCK = 256 << 10


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
    """Sends a command and reads to its tagged answer; gives the bytes read."""
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


def main():
    host, port, user, password = sys.argv[1:5]
    line = connect(host, int(port), sys.argv[5:] == ["tls"])
    line.recv(4096)
    block = memoryview(bytearray(BLOCK))
    command(line, b"a", f"LOGIN {user} {password}".encode(), block)
    command(line, b"b", b"SELECT INBOX", block)
    print(command(line, b"c", b"FETCH 1:* (UID BODY.PEEK[])", block))


if __name__ == "__main__":
    main()
