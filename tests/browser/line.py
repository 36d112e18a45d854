"""A line between a browser and the product that can go dead without a word, as when a router has lost it."""

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

from tests.served import Served

METHODS = (b"GET ", b"POST ")


class Line:
    """Carries bytes both ways, under an address of its own, until it is told to stop carrying some."""

    def __init__(self, served: Served) -> None:
        address = urlsplit(served.url)
        self.target = (str(address.hostname), int(address.port or 0))
        self.dead_after: int | None = None  # bytes of a POST that still come through; None is all of them
        self.is_mute = False  # the answer to a POST does not come back
        self.is_silent = False  # nothing at all comes back
        self._ends: list[socket.socket] = []
        self._listener = socket.socket()
        # Small windows and pieces: otherwise a whole file is sent and only waits in the machine.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1_000)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for end in (self._listener, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self.target)
                self._ends += [near, far]
                connection = _Connection(self, near, far)
                for way in (connection.carry_up, connection.carry_down):
                    threading.Thread(target=way, daemon=True).start()


class _Connection:
    def __init__(self, line: Line, near: socket.socket, far: socket.socket) -> None:
        self.line, self.near, self.far = line, near, far
        self.is_posting, self.carried = False, 0

    def carry_up(self) -> None:
        with suppress(OSError):
            while piece := self.near.recv(16_384):
                if piece.startswith(METHODS):
                    self.is_posting, self.carried = piece.startswith(b"POST "), 0
                self.carried += len(piece)
                limit = self.line.dead_after
                if self.is_posting and limit is not None and self.carried > limit:
                    return  # both ends stay open, and nobody listens any more
                self.far.sendall(piece)
            self.far.shutdown(socket.SHUT_WR)

    def carry_down(self) -> None:
        with suppress(OSError):
            while piece := self.far.recv(65_536):
                if not (self.line.is_silent or (self.is_posting and self.line.is_mute)):
                    self.near.sendall(piece)
            self.near.shutdown(socket.SHUT_WR)
