"""The feed-forward network, self-attention, and the layer made of both."""

from grader.checks import needs, points, stage


@stage("MLP")
@points(3)
def test_parameters(assert_names, assert_round_trip, probe):
    """It has c_fc and c_proj with GPT-2's shapes, and gives back the weights that are loaded."""
    assert_names("MLP", probe.config)
    assert_round_trip("MLP", probe)


@stage("MLP")
@points(5)
def test_values(assert_right, probe):
    """Two projections with the tanh GELU between them, at each position and in each call."""
    assert_right("MLP", probe, probe.states(), probe.sized(3, 4).states())
    assert_right("MLP", probe, probe.sized(1, 1).states(), weights=probe.shifted())


@stage("MLP")
@points(2)
def test_dropout(assert_right, probe):
    """The output is dropped in training mode, and in evaluation mode nothing is."""
    all_dropped = probe.with_config(resid_pdrop=1.0)
    assert_right("MLP", all_dropped, probe.states(), train=True, of="what is left in training")
    assert_right("MLP", all_dropped, probe.states(), of="the answer in evaluation mode")


@stage("CausalSelfAttention")
@points(3)
def test_attention_parameters(assert_names, assert_round_trip, probe):
    """It has c_attn and c_proj with GPT-2's shapes; a mask is neither a parameter nor saved."""
    assert_names("CausalSelfAttention", probe.config)
    assert_round_trip("CausalSelfAttention", probe)


@stage("CausalSelfAttention")
@points(8)
def test_attention_values(assert_right, probe):
    """Each position mixes the values up to its own, by heads."""
    assert_right("CausalSelfAttention", probe, probe.states())
    assert_right("CausalSelfAttention", probe, probe.sized(1, 1).states())
    one_head = probe.with_config(n_head=1)
    assert_right("CausalSelfAttention", one_head, probe.sized(3, 9).states())


@stage("CausalSelfAttention")
@points(3)
def test_attention_dropout(assert_right, probe):
    """Weights are dropped by attn_pdrop and outputs by resid_pdrop, in training mode alone."""
    for rates in ({"attn_pdrop": 1.0}, {"resid_pdrop": 1.0}):
        dropped = probe.with_config(**rates)
        of = f"what is left in training, with {' '.join(rates)} of 1"
        assert_right("CausalSelfAttention", dropped, probe.states(), train=True, of=of)
        assert_right("CausalSelfAttention", dropped, probe.states(), of="what evaluation gives")


@stage("CausalSelfAttention")
@points(2)
@needs("attention_values")
def test_attention_second_call(assert_right, probe):
    """A second call answers as a first one would: nothing of an earlier text is left."""
    assert_right("CausalSelfAttention", probe, probe.states(), probe.sized(2, 4).states())


@stage("Block")
@points(2)
def test_block_parameters(assert_names, assert_round_trip, probe):
    """Its parameters are those of ln_1, attn, ln_2 and mlp."""
    assert_names("Block", probe.config)
    assert_round_trip("Block", probe)


@stage("Block")
@points(7)
def test_block_values(assert_right, probe):
    """Both parts read normalized states, and what they give is added, in each call."""
    assert_right("Block", probe, probe.states(), probe.sized(3, 4).states())
    assert_right("Block", probe.with_config(layer_norm_epsilon=0.3), probe.sized(1, 1).states())


@stage("Block")
@points(2)
def test_block_dropout(assert_right, probe):
    """If all that its parts give is dropped, the layer gives its input; embd_pdrop is not its."""
    dropped = probe.with_config(resid_pdrop=1.0, embd_pdrop=1.0)
    assert_right("Block", dropped, probe.states(), train=True, of="what is left in training")
