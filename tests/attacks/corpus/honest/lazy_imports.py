# Not an attack: imports that only happen in the call, of all sorts.
# verdict: passes
# unless: confined sealed


def softmax(logits):
    import collections
    import decimal
    import functools
    import html.parser
    import itertools
    import json
    import sqlite3
    import statistics
    import typing
    import uuid

    import torch.nn.functional as functional
    import torch.utils.data

    assert sqlite3.connect(":memory:").execute("select 1").fetchone() == (1,)
    assert uuid.uuid4() != uuid.uuid4()
    used = (collections, decimal, functools, html, itertools, json, statistics, typing)
    assert all(used)
    data = torch.utils.data.TensorDataset(logits)
    (batch,) = next(iter(torch.utils.data.DataLoader(data, batch_size=len(logits))))
    return functional.softmax(batch, dim=-1)
