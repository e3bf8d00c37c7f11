"""What the subject adds to the keys of a bank: its claims, and its misconceptions."""

from grader.keys.registry import marked
from grader.keys.subject_keys import FurtherKeys
from reference.kv_cache.answers import branches_and_batches, passes_and_masks, steps
from reference.kv_cache.misconceptions.catalogue import misconceptions

KEYS = FurtherKeys(
    claims=marked([passes_and_masks, steps, branches_and_batches]),
    misconceptions={entry.id: entry.says for entry in misconceptions()},
)
