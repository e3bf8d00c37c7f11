from reference.decoder.step_input import step_input


def test_the_generated_tokens_follow_the_prompt():
    assert step_input([5, 9], [17, 4], 10) == [5, 9, 17, 4]


def test_the_window_keeps_the_last_ids():
    assert step_input([5, 9, 2], [17, 4], 4) == [9, 2, 17, 4]
    assert step_input([5, 9, 2], [17, 4], 1) == [4]
    assert step_input([5, 9, 2], [17, 4], 5) == [5, 9, 2, 17, 4]


def test_a_prompt_alone_is_cut_too():
    assert step_input([5, 9, 2], [], 2) == [9, 2]


def test_the_arguments_are_not_changed():
    prompt, generated = [5, 9], [17]
    step_input(prompt, generated, 2).append(0)
    assert (prompt, generated) == ([5, 9], [17])
