"""The submission that the warm process serves to itself: all of it runs, and nothing stays."""

import linecache
import sys
from collections import Counter

import torch  # noqa: F401 - with it, both programs are rehearsed

from grader.sandbox.child import rehearsal, wire


def test_every_call_is_served():
    heard = Counter(type(message) for message in rehearsal.rehearse())
    n_programs = heard[wire.Ready]
    assert n_programs == 4
    assert heard == Counter(
        {
            wire.Ready: n_programs,
            wire.Loaded: n_programs,
            wire.Value: 8 * n_programs,  # and no exception among them
            wire.Ask: 5 * n_programs,
        }
    )


def test_nothing_of_it_stays():
    def state():
        return list(sys.meta_path), set(sys.modules), set(linecache.cache)

    rehearsal.rehearse()  # whatever is imported for the first time
    before = state()
    rehearsal.rehearse()
    assert state() == before


def test_what_is_sent_fits_into_the_smallest_socket_buffer():
    """Nobody reads while the other side writes; 8 KB are those of macOS."""
    messages = rehearsal.rehearse()
    sent = sum(len(wire.encode(message)) for message in rehearsal._requests(rehearsal._TORCH))
    heard = sum(len(wire.encode(message)) for message in messages) / 4
    assert max(sent, heard) < 6 << 10
