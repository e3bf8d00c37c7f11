"""What the subject adds to the keys of a bank: its claims, and its misconceptions."""

from grader.keys.registry import marked
from grader.keys.subject_keys import FurtherKeys
from reference.sampling_and_search.answers import claims
from reference.sampling_and_search.misconceptions.catalogue import MISCONCEPTIONS

KEYS = FurtherKeys(
    claims=marked([claims]),
    misconceptions={entry.id: entry.says for entry in MISCONCEPTIONS},
)
