"""What the subject adds to the keys of a bank: its claims, and its misconceptions."""

from grader.keys.registry import marked
from grader.keys.subject_keys import FurtherKeys
from reference.llama.answers import groups, layers, norm_and_gate, rotary
from reference.llama.misconceptions.catalogue import misconceptions

KEYS = FurtherKeys(
    claims=marked([norm_and_gate, rotary, groups, layers]),
    misconceptions={entry.id: entry.says for entry in misconceptions()},
)
