# Tries signals on its parent, on process 1 and on its neighbours by number; none that does harm.
# verdict: fails
# needs: sealed
# clean: REACHED \[\]
import os
import signal


def reachable(pid):
    try:
        os.kill(pid, 0)
        os.kill(pid, signal.SIGWINCH)
    except OSError:
        return False
    return True


def softmax(logits):
    near = range(max(2, os.getpid() - 300), os.getpid() + 50)
    others = {os.getppid(), 1, *near} - {os.getpid(), 0}
    raise RuntimeError(f"REACHED {sorted(filter(reachable, others))[:5]}")
