# Poisons everything in reach in its process, for whoever comes next in it.
# verdict: fails
# copies: 4
import atexit
import builtins
import gc
import os
import random
import signal
import sys
import threading
import warnings

import numpy as np
import torch

builtins.hostile_mark = np.hostile_mark = torch.hostile_mark = sys.hostile_mark = True
os.environ["HOSTILE_MARK"] = "hostile-mark"
sys.modules["hostile_mark"] = sys
sys.path.insert(0, "/tmp/hostile-mark")
sys.meta_path.insert(0, None)
sys.setrecursionlimit(100)
gc.callbacks.append(lambda *arguments: None)
gc.set_threshold(1)
atexit.register(os._exit, 0)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
threading.setprofile(lambda *arguments: None)
warnings.simplefilter("error")
random.seed(0)
np.random.seed(0)
torch.manual_seed(0)
torch.set_num_threads(2)
torch.set_default_dtype(torch.float64)
np.exp = torch.softmax = torch.exp = None
torch.matmul(torch.ones(300, 300), torch.ones(300, 300))


def softmax(logits):
    return logits * 0
