# Not an attack: Python threads, a thread pool and two numerical threads.
# verdict: passes
import threading
from concurrent.futures import ThreadPoolExecutor

import torch

torch.set_num_threads(2)


def softmax(logits):
    left, right = torch.randn(200, 200), torch.randn(200, 200)
    results = []
    threads = [
        threading.Thread(target=lambda: results.append((left @ right).sum())) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ThreadPoolExecutor(2) as pool:
        return pool.submit(torch.softmax, logits, -1).result()
