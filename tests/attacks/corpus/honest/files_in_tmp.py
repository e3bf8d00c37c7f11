# Not an attack: temporary files and folders, saved tensors and arrays.
# verdict: passes
# unless: confined sealed
import os
import tempfile

import numpy as np
import torch

NOTES = "/tmp/hostile-mark-notes.txt"


def softmax(logits):
    with tempfile.TemporaryDirectory() as folder:
        torch.save(logits, os.path.join(folder, "logits.pt"))
        np.save(os.path.join(folder, "logits.npy"), logits.numpy())
        loaded = torch.load(os.path.join(folder, "logits.pt"))
        assert np.array_equal(np.load(os.path.join(folder, "logits.npy")), loaded.numpy())
    with tempfile.NamedTemporaryFile("w+") as file, open(NOTES, "a") as log:
        file.write("notes")
        log.write("notes")
    os.unlink(NOTES)
    return torch.softmax(loaded, dim=-1)
