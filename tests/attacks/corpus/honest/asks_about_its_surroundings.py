# Not an attack: what a curious but honest program asks of its system.
# verdict: passes
import inspect
import locale
import os
import platform
import resource
import signal
import sys
import time

import numpy as np


def softmax(logits):
    assert time.time() > 1.6e9
    time.sleep(0.001)
    time.localtime()
    assert os.cpu_count() and os.getpid() and os.urandom(4) != os.urandom(4)
    assert platform.system() and locale.getlocale() and os.getcwd()
    resource.getrusage(resource.RUSAGE_SELF)
    signal.alarm(0)
    assert "def softmax" in inspect.getsource(softmax)
    assert sys.stdin.read() == ""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
