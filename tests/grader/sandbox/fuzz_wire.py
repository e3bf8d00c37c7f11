"""Feed the decoder damaged frames for minutes: `python -m tests.grader.sandbox.fuzz_wire COUNT`.

Too long for the test suite, which does the same with hypothesis for seconds. An exception that is
no `WireError`, a decoding that takes long, or memory that grows ends it with the frame that did it.
"""

import random
import resource
import sys
import time

import msgspec
import numpy as np

from grader.sandbox.child import wire

SLOW_SECONDS = 2.0
MAX_GROWTH_MB = 200


def seeds():
    """Frames of every kind, right ones and wrong ones, as (structure, arrays)."""
    nested = [[[{"a": [1, 2.5, None, True, "text"], "b": {}}]]]
    arrays = [np.ones((2, 3), np.float32), np.zeros(0), np.arange(4), np.array(True)]
    messages = [
        wire.Ready(id=0),
        wire.Loaded(id=1, framework="torch", notes=["note"]),
        wire.Value(id=2, value=nested, arguments=[]),
        wire.Value(id=3, value=arrays, arguments=[arrays[0], 1]),
        wire.Raised(id=4, kind="raised", exception="ValueError", text="x" * 30, where=" at"),
        wire.Ask(id=5, name="softmax", arguments=[arrays[0], nested]),
    ]
    found = []
    for message in messages:
        frame = wire.encode(message)
        structure, _ = wire.lengths(frame[: wire.HEADER.size])
        body = frame[wire.HEADER.size :]
        found.append((body[:structure], body[structure:]))
    scalar = msgspec.msgpack.Ext(1, bytes(1))
    many = {"op": "value", "id": 1, "value": [scalar] * 50, "arguments": []}
    found.append((msgspec.msgpack.encode(many), bytes(50)))
    return found


def damaged(data, rng):
    """The bytes with one to four changes: a byte, a cut, a repetition, a splice."""
    changed = bytearray(data)
    for _ in range(rng.randrange(1, 5)):
        if not changed:
            return bytes(rng.randbytes(rng.randrange(20)))
        at = rng.randrange(len(changed))
        match rng.randrange(6):
            case 0 | 1:
                changed[at] = rng.randrange(256)
            case 2:
                changed[at] = rng.choice(b"\x00\x7f\x80\x90\x91\xc1\xc7\xd4\xdd\xdf\xff")
            case 3:
                del changed[at : at + rng.randrange(1, 6)]
            case 4:
                changed[at:at] = changed[at : at + rng.randrange(1, 9)] * rng.randrange(1, 4)
            case _:
                changed[at:at] = rng.randbytes(rng.randrange(1, 9))
    return bytes(changed)


def main(count, seed):
    rng = random.Random(seed)
    frames = seeds()
    read = refused = 0
    slowest = 0.0
    begin = time.monotonic()
    before = memory_mb()
    for number in range(count):
        structure, arrays = frames[number % len(frames)]
        if number & 8:
            structure = damaged(structure, rng)
        if not number & 8 or (arrays and number & 16):
            arrays = damaged(arrays, rng)
        started = time.monotonic()
        try:
            wire.decode_from_child(structure, arrays)
            read += 1
        except wire.WireError:
            refused += 1
        except BaseException:
            sys.stderr.write(f"frame {number}: {structure!r} {arrays!r}\n")
            raise
        took = time.monotonic() - started
        slowest = max(slowest, took)
        if took > SLOW_SECONDS or memory_mb() - before > MAX_GROWTH_MB:
            raise SystemExit(f"frame {number} costs too much: {structure!r} {arrays!r}")
    seconds = time.monotonic() - begin
    sys.stdout.write(
        f"{count:,} frames in {seconds:.0f} s: {read:,} read, {refused:,} refused; "
        f"slowest {1e3 * slowest:.1f} ms; memory grew by {memory_mb() - before:.0f} MB\n"
    )


def memory_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]), seed=int(sys.argv[2]) if len(sys.argv) > 2 else 0)
