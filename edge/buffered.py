"""A socket that is read in large pieces: paho asks for a packet's head, its length and its body one after the other.

Messages that lie in a piece as a whole are read without it.
"""

import socket
from typing import Any

from edge.packets import Publish, read_publish

PIECE = 64 << 10  # bytes


class BufferedSocket:
    """Stands in for a socket, plain or TLS, that does not block. paho asks `pending()` as it asks TLS."""

    def __init__(self, plain: socket.socket) -> None:
        self._plain = plain
        self._piece, self._read = b"", 0

    def recv(self, size: int) -> bytes:
        """At most `size` bytes, nothing at the end; raise BlockingIOError while there are none."""
        if self._read == len(self._piece):
            self._piece, self._read = self._plain.recv(max(size, PIECE)), 0
        part = self._piece[self._read : self._read + size]
        self._read += len(part)
        return part

    def pending(self) -> int:
        """Bytes that can be had without asking the system."""
        return len(self._piece) - self._read

    def take_publish(self) -> Publish | None:
        """The message that lies ready next, if one does as a whole."""
        found = read_publish(self._piece, self._read)
        if found is None:
            return None
        message, self._read = found
        return message

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plain, name)
