"""The same on other inputs."""

from grader.checks import points, stage


@stage("MLP")
@points(3)
def test_hidden_values(assert_right, probe):
    """Random states and weights."""
    assert_right("MLP", probe, probe.states(), weights=probe.shifted())
    assert_right("MLP", probe, probe.sized(3, 2).states())


@stage("MLP")
@points(1)
def test_hidden_parameters(assert_names, probe):
    """Names and shapes of another width."""
    assert_names("MLP", probe.with_config(n_embd=6).config)


@stage("CausalSelfAttention")
@points(7)
def test_hidden_attention(assert_right, probe):
    """Random states and weights."""
    assert_right("CausalSelfAttention", probe, probe.states())
    assert_right("CausalSelfAttention", probe, probe.sized(3, 5).states())


@stage("CausalSelfAttention")
@points(2)
def test_hidden_attention_dropout(assert_right, probe):
    """Dropout of weights and of outputs."""
    for rate in ("attn_pdrop", "resid_pdrop"):
        dropped = probe.with_config(**{rate: 1.0})
        assert_right("CausalSelfAttention", dropped, probe.states(), train=True)


@stage("CausalSelfAttention")
@points(3)
def test_hidden_attention_second_call(assert_right, probe):
    """Two calls of one object."""
    assert_right("CausalSelfAttention", probe, probe.states(), probe.sized(2, 3).states())


@stage("Block")
@points(5)
def test_hidden_block(assert_right, probe):
    """Random states and weights, and two calls of one object."""
    assert_right("Block", probe, probe.states(), probe.sized(3, 4).states())


@stage("DecoderModel")
@points(5)
def test_hidden_model(assert_right, probe):
    """Random ids and weights, and another number of layers."""
    assert_right("DecoderModel", probe, probe.ids())
    assert_right("DecoderModel", probe.with_config(n_layer=3), probe.sized(1, 5).ids())


@stage("DecoderModel")
@points(1)
def test_hidden_model_parameters(assert_names, probe):
    """Names and shapes of another number of layers."""
    assert_names("DecoderModel", probe.with_config(n_layer=3).config)


@stage("DecoderModel")
@points(2)
def test_hidden_model_second_call(assert_right, probe):
    """Two calls of one object."""
    assert_right("DecoderModel", probe, probe.ids(), probe.sized(3, 4).ids())


@stage("generate")
@points(3)
def test_hidden_flow(probe, generated, judged):
    """Other prompts."""
    run = generated(probe.sized(3, 2), steps=4)
    judged["flow"](run)
    judged["returned"](run)


@stage("generate")
@points(1)
def test_hidden_window(probe, generated, judged):
    """Longer texts, in training mode."""
    run = generated(probe.sized(1, 8), train=True)
    judged["flow"](run)
    judged["mode"](run)
