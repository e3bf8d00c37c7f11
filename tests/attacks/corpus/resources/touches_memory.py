# Takes and touches memory in pieces of 64 MB, at most 4 GB.
# verdict: fails
# needs: sealed
# clean: did not finish|more memory than is allowed|ended the whole process \(SIGKILL\)


def softmax(logits):
    held = []
    for _ in range(64):
        piece = bytearray(64 << 20)
        piece[::4096] = b"x" * len(piece[::4096])
        held.append(piece)
    raise RuntimeError(f"touched {len(held) * 64} MB")
