"""A line to the server that notes what goes through it, and when."""
import socket
import threading
import time


class Proxy:
    """Listens at `port` and passes everything on to the server's; `events` are (seconds, whether it
    came from the client, bytes), in order."""

    def __init__(self, server_port):
        self.server_port = server_port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.events = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.server_port))
            for line in (client, server):
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for ends in ((client, server, True), (server, client, False)):
                threading.Thread(target=self.pass_on, args=ends, daemon=True).start()

    def pass_on(self, come, go, from_client):
        try:
            while block := come.recv(1 << 20):
                self.events.append((time.monotonic(), from_client, block))
                go.sendall(block)
            go.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()
