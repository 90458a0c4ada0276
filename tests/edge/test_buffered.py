import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.buffered import BufferedSocket


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield BufferedSocket(ours), theirs


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8), st.lists(st.integers(1, 50), min_size=1))
def test_what_is_sent_is_read_in_whatever_pieces(pieces, sizes):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        buffered, sent, read, turn = BufferedSocket(ours), b"".join(pieces), b"", 0
        for piece in pieces:
            theirs.sendall(piece)
        theirs.shutdown(socket.SHUT_WR)
        while part := buffered.recv(sizes[turn % len(sizes)]):
            assert len(part) <= sizes[turn % len(sizes)]
            read, turn = read + part, turn + 1
        assert read == sent


def test_what_was_read_ahead_is_pending(pair):
    buffered, theirs = pair
    assert buffered.pending() == 0
    theirs.sendall(b"12345")
    assert buffered.recv(2) == b"12"
    assert buffered.pending() == 3


def test_where_nothing_lies_ready_it_does_not_wait(pair):
    with pytest.raises(BlockingIOError):
        pair[0].recv(1)


def test_all_else_is_the_sockets(pair):
    buffered, theirs = pair
    buffered.send(b"out")
    assert theirs.recv(8) == b"out"
    assert buffered.fileno() > 0
