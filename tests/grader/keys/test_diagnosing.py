import pytest

QUESTION = """
id: topic.fault
kind: choice
purpose: diagnosis
concept: 13
difficulty: 2
stem: |
  A greedy program ran:

  {evidence}

  Which fault explains it?
explanation: The prompt is all that the model sees.
options:
  - {id: prompt, text: Only the prompt is fed., correct: true, feedback: Yes.}
  - {id: newest, text: Only the newest token is fed., misconception: m, feedback: No.}
  - {id: row, text: The first row is read., misconception: m, feedback: No.}
verify:
  kind: diagnosis
  misconception: generate.prompt_only
  options: {newest: generate.last_only, row: generate.first_row}
  prompts: [[3, 7, 2], [5, 1]]
  steps: 4
  seed: 3
  variants: 2
  evidence: tokens
"""
BACKING = {
    "kind": "diagnosis",
    "misconception": "generate.prompt_only",
    "options": {"newest": "generate.last_only", "row": "generate.first_row"},
    "prompts": [[3, 7, 2], [5, 1]],
    "seed": 3,
    "vocabulary_size": 30,
    "evidence": "tokens",
}


def backing(**changes):
    return {**BACKING, **changes}


def test_evidence_that_points_at_one_option_is_sound_in_every_variant(outcome_of):
    outcome = outcome_of(QUESTION)
    assert outcome.problems == ()
    first, second = outcome.result.variants
    assert first.seed < second.seed
    assert first.evidence != second.evidence
    lines = first.evidence.splitlines()
    assert lines[0] == "```text"
    assert lines[1].split() == ["prompt", "right", "program", "this", "program"]
    assert lines[2].startswith("[3, 7, 2] ")
    assert len(set(lines[2].split()[-4:])) == 1  # the prompt alone gives one token, again and again


def test_evidence_is_the_same_on_every_run(outcome_of):
    assert outcome_of(QUESTION).result == outcome_of(QUESTION).result


def test_another_option_with_the_same_evidence_is_named_with_what_would_separate(outcome_of):
    # up to the second step a prompt that is dropped leaves the newest token alone
    verify = backing(
        misconception="generate.generated_only",
        options={"newest": "generate.last_only", "row": "generate.first_row"},
        steps=2,
    )
    problems = outcome_of(QUESTION, verify=verify).problems
    assert problems[0].startswith("ambiguous with option 'newest': on seed ")
    assert "generate.last_only shows the same evidence. To tell them apart: show " in problems[0]


def test_mistakes_that_nothing_separates_should_be_one_option(outcome_of):
    verify = backing(options={"newest": "generate.prompt_only", "row": "generate.first_row"})
    problems = outcome_of(QUESTION, verify=verify).problems
    assert "ambiguous with option 'newest'" in problems[0]
    assert "Nothing that was tried tells them apart: merge the options." in problems[0]


def test_one_of_several_mistakes_behind_an_option_is_enough_to_be_ambiguous(outcome_of):
    both = ["generate.first_row", "generate.one_pass"]
    problems = outcome_of(QUESTION, verify=backing(options={**BACKING["options"], "row": both}))
    problems = problems.problems
    assert "ambiguous with option 'row'" in " ".join(problems)
    assert "generate.one_pass shows the same evidence" in " ".join(problems)


def test_a_mistake_that_does_not_show_is_no_evidence(outcome_of):
    problems = outcome_of(QUESTION, verify=backing(steps=1)).problems
    assert problems == (
        "on seed 3 a right program shows the same evidence",
        "0 of 1 variants were found from seed 3 to 14",
    )


def test_an_option_may_stand_for_a_right_program(outcome_of):
    options = {"newest": "generate.last_only", "row": "right"}
    assert outcome_of(QUESTION, verify=backing(options=options)).problems == ()


def test_a_stage_inside_the_model_can_be_the_wrong_one(outcome_of):
    verify = backing(
        misconception="attention_weights.no_mask",
        options={"newest": "attention_weights.mask_transposed", "row": "right"},
        prompts=[[3, 7, 2]],
        evidence="attention_weights",
    )
    outcome = outcome_of(QUESTION, verify=verify)
    assert outcome.problems == ()
    rows = [line.split()[2:] for line in outcome.result.variants[0].evidence.splitlines()[2:-1]]
    assert len(rows) == 3
    assert all(abs(sum(map(float, row)) - 1) < 0.03 for row in rows)
    assert float(rows[0][2]) > 0  # the first query sees the last key


def test_a_log_has_a_column_for_each_kind_of_evidence(outcome_of):
    verify = backing(
        prompts=[[2, 0, 3]],
        evidence=["step_inputs", "distributions", "tokens"],
        vocabulary_size=4,
        steps=2,
    )
    outcome = outcome_of(QUESTION, verify=verify)
    assert outcome.problems == ()
    _, head, first, second, _ = outcome.result.variants[0].evidence.splitlines()
    assert head == "step   ids given to embed   next-token distribution   selected"
    assert first.split()[1:4] == second.split()[1:4] == ["[2,", "0,", "3]"]


@pytest.mark.parametrize(
    ("verify", "says"),
    [
        (
            backing(options={"newest": "generate.last_only"}),
            "which mistake option 'row' stands for",
        ),
        (
            backing(options={"news": "generate.last_only"}),
            "no option: 'news'. Did you mean 'newest'",
        ),
        (backing(misconception="generate.prompt"), "no misconception 'generate.prompt'. Did you"),
        (backing(prompts=[[3, 40]]), "the prompt holds the id 40, and there are 30 tokens"),
    ],
)
def test_names_that_do_not_exist_are_sentences(outcome_of, verify, says):
    [problem] = outcome_of(QUESTION, verify=verify).problems
    assert says in problem


def test_a_stem_without_the_placeholder_shows_nothing_of_the_run(outcome_of):
    [problem] = outcome_of(QUESTION, stem="Which fault explains it?").problems
    assert "write {evidence} where its evidence belongs" in problem
