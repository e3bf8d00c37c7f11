"""What answer keys about the decoder are run on."""

from grader.keys.subject_keys import SubjectKeys
from reference.decoder.answers.claims import claims
from reference.decoder.answers.evidence import program, shown, with_prompts
from reference.decoder.answers.pictures import DRAWINGS
from reference.decoder.answers.procedures import procedures
from reference.decoder.misconceptions.catalogue import misconceptions

KEYS = SubjectKeys(
    claims=claims(),
    procedures=procedures(),
    misconceptions={entry.id: entry.says for entry in misconceptions()},
    program=program,
    shown=shown,
    with_prompts=with_prompts,
    drawings=DRAWINGS,
)
