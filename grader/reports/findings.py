"""Why a stage is wrong, as a student reads it: the idea behind it, a hint, practice."""

from rich.text import Text

from grader.records import Finding

_MOST = 4  # of several mistakes that fit; nobody reads more
_QUESTIONS = 3


def finding_lines(finding: Finding) -> list[Text]:
    """The lines of one finding."""
    if not finding.misconceptions:
        return [Text.assemble(("What your errors have in common: ", "bold"), finding.pattern)]
    lines = _named(finding)
    lines += [Text.assemble(("Ask yourself: ", "bold"), hint) for hint in finding.hints[:_MOST]]
    if finding.questions:
        command = f"grader quiz take {' '.join(finding.questions[:_QUESTIONS])}"
        lines.append(Text.assemble(("Practise: ", "bold"), command))
    return lines


def _named(finding: Finding) -> list[Text]:
    if finding.pairs:
        return _named_together(finding)
    if len(finding.says) == 1:
        return [Text.assemble(("Your answers fit this idea: ", "bold"), f'"{finding.says[0]}"')]
    lines = [Text("Your answers fit several ideas alike:", style="bold")]
    lines += [Text(f'  - "{says}"') for says in finding.says[:_MOST]]
    if len(finding.says) > _MOST:
        lines.append(Text(f"  - and {len(finding.says) - _MOST} more"))
    return lines


def _named_together(finding: Finding) -> list[Text]:
    says = dict(zip(finding.misconceptions, finding.says, strict=True))
    ideas = [" and ".join(f'"{says[id_]}"' for id_ in pair) for pair in finding.pairs]
    if len(ideas) == 1:
        return [Text.assemble(("Your answers fit two ideas at once: ", "bold"), ideas[0])]
    lines = [Text("Your answers fit two ideas at once, these or those:", style="bold")]
    lines += [Text(f"  - {both}") for both in ideas[:_MOST]]
    if len(ideas) > _MOST:
        lines.append(Text(f"  - and {len(ideas) - _MOST} more"))
    return lines
