"""The whole model as a module."""

from grader.checks import needs, points, stage

pytestmark = stage("DecoderModel")


@points(5)
def test_parameters(assert_names, assert_round_trip, probe):
    """Its parameters have GPT-2's names, each once: lm_head shares that of the token embedding."""
    assert_names("DecoderModel", probe.config)
    assert_round_trip("DecoderModel", probe)


@points(7)
def test_values(assert_right, probe):
    """The logits of every position, also of a text as long as there are positions."""
    assert_right("DecoderModel", probe, probe.ids(), of="the logits")
    full = probe.sized(1, probe.config["n_positions"])
    assert_right("DecoderModel", probe, full.ids(), of="the logits of a full window")
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


@points(2)
def test_submodules(assert_right, probe):
    """The layers are found under transformer.h, each with its own weights."""
    for layer in (0, 1):
        path = f"transformer.h.{layer}"
        states = probe.states()
        assert_right("DecoderModel", probe, states, path=path, of=f"what {path} gives")
