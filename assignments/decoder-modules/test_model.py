"""The whole model as a module."""

from grader.checks import needs, points, stage

pytestmark = stage("DecoderModel")


@points(3)
def test_parameters(assert_names, probe):
    """Its parameters have GPT-2's names, each once: lm_head shares that of the token embedding."""
    assert_names("DecoderModel", probe.config)
    assert_names("DecoderModel", probe.config, of="state_dict")


@points(2)
@needs("parameters")
def test_state_dict(assert_round_trip, probe):
    """The weights that are loaded come back in the state dict."""
    assert_round_trip("DecoderModel", probe)


@points(6)
def test_values(assert_right, probe):
    """The logits of every position."""
    assert_right("DecoderModel", probe, probe.ids(), of="the logits")
    small = probe.with_config(n_layer=1, layer_norm_epsilon=0.3)
    assert_right("DecoderModel", small, probe.sized(1, 1).ids(), of="the logits of one token")


@points(2)
def test_dropout(assert_right, probe):
    """Embeddings are dropped by embd_pdrop, in training mode alone."""
    dropped = probe.with_config(embd_pdrop=1.0)
    assert_right("DecoderModel", dropped, probe.ids(), train=True, of="the logits in training")
    assert_right("DecoderModel", dropped, probe.ids(), of="the logits in evaluation mode")


@points(2)
@needs("values")
def test_second_call(assert_right, probe):
    """A second call answers as a first one would: positions begin at 0 again."""
    assert_right("DecoderModel", probe, probe.ids(), probe.sized(3, 4).ids(), of="the logits")


@points(1)
def test_full_window(assert_right, probe):
    """A text may be as long as there are positions."""
    window = probe.config["n_positions"]
    assert_right("DecoderModel", probe, probe.sized(1, window).ids(), of="the logits")


@points(2)
def test_submodules(assert_right, probe):
    """The layers are found under transformer.h, each with its own weights."""
    for layer in (0, 1):
        path = f"transformer.h.{layer}"
        states = probe.states()
        assert_right("DecoderModel", probe, states, path=path, of=f"what {path} gives")
