# Stops every clock and alarm in its process, then takes longer than it may.
# verdict: fails
# clean: did not finish
import signal
import time

import torch

sleep = time.sleep
time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
signal.alarm = signal.setitimer = lambda *arguments: 0


def softmax(logits):
    sleep(15)
    return torch.softmax(logits, -1)
