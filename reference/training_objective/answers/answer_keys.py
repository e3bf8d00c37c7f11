"""What the subject adds to the keys of a bank: its claims, a procedure, and its misconceptions."""

from grader.keys.registry import marked
from grader.keys.subject_keys import FurtherKeys
from reference.training_objective.answers import claims
from reference.training_objective.answers.training_in_parts import TRAINING_IN_PARTS
from reference.training_objective.misconceptions.catalogue import MISCONCEPTIONS

KEYS = FurtherKeys(
    claims=marked([claims]),
    procedures={TRAINING_IN_PARTS.name: TRAINING_IN_PARTS},
    misconceptions={entry.id: entry.says for entry in MISCONCEPTIONS},
)
