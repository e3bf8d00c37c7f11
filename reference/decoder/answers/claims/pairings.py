"""Claims about what belongs together: each left item of a question is looked up in a run.

T time, d width, h heads, D width of a head, V vocabulary.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import attention, distribution, generation, selection, softmax
from reference.decoder.answers.claims.cached_decode import CachedDecoder
from reference.decoder.answers.trials import (
    CONFIG,
    drawing,
    normal,
    prompts,
    run,
    small_model,
    wrong,
)

Shape = tuple[int, ...]


@claim
def arrows_and_shapes(seed: int) -> Mapping[str, str]:
    """The shapes of what flows along the arrows of one generation step, without a batch.

    into-embedding: What the embedding is given.
    into-stack: What the first decoder layer is given.
    into-softmax: What softmax is given, for the next token.
    out-of-map: What the final normalization and the linear map give.
    out-of-selection: What selection gives.
    ids: One integer for each of T positions.
    t-d: T rows of d numbers.
    t-v: T rows of V numbers.
    v: V numbers.
    one: One integer.
    d-v: d rows of V numbers.
    """
    prompt = prompts(seed)[0]
    seen = run(generation.generate, small_model(seed).stages(), prompt, tokens=1)
    time, width, size = len(prompt), CONFIG.width, CONFIG.vocabulary_size
    known = {(time,): "ids", (time, width): "t-d", (time, size): "t-v", (size,): "v", (): "one"}
    known[(width, size)] = "d-v"
    return {
        "into-embedding": known[(len(seen.inputs[0]),)],
        "into-stack": known[tuple(seen.of("layer")[0][0].shape)],
        "into-softmax": known[tuple(seen.of("softmax")[0][0].shape)],
        "out-of-map": known[tuple(seen.of("output")[0][1].shape)],
        "out-of-selection": known[() if isinstance(seen.tokens[0], int) else (1, 1)],
    }


@claim
def tensors_of_attention(seed: int) -> Mapping[str, str]:
    """The shapes in causal multi-head self-attention of one sequence.

    queries: The queries of all heads.
    scores: The scores of all heads, one for each pair of a query and a key.
    mixed: The sums of values of all heads, before they are joined.
    joined: What the output projection of attention is given.
    h-t-head: h times T times D numbers.
    h-t-t: h times T times T numbers.
    t-d: T times d numbers.
    t-t: T times T numbers.
    d-d: d times d numbers.
    """
    heads, time, head = CONFIG.n_heads, 5, CONFIG.width // CONFIG.n_heads
    queries = normal(seed, heads, time, head)
    weights = attention.attention_weights(queries, normal(seed + 1, heads, time, head))
    mixed = weights @ normal(seed + 2, heads, time, head)
    known: dict[Shape, str] = {
        (heads, time, head): "h-t-head",
        (heads, time, time): "h-t-t",
        (time, CONFIG.width): "t-d",
        (time, time): "t-t",
        (CONFIG.width, CONFIG.width): "d-d",
    }
    shapes = {
        "queries": queries.shape,
        "scores": weights.shape,
        "mixed": mixed.shape,
        "joined": mixed.transpose(-3, -2).flatten(-2).shape,
    }
    return {name: known[tuple(shape)] for name, shape in shapes.items()}


@claim
def tensors_of_the_cache(seed: int) -> Mapping[str, str]:
    """One head of one layer in a cached run: a prefill of T tokens, then one decode pass.

    kept-first: The keys in the cache after the prefill.
    queries-first: The queries of the prefill.
    query-next: The queries of the decode pass.
    kept-next: The keys in the cache after the decode pass.
    scores-next: The scores of the decode pass.
    t-head: T times D numbers.
    one-head: One times D numbers.
    more-head: T + 1 times D numbers.
    one-more: One times T + 1 numbers.
    more-more: T + 1 times T + 1 numbers.
    """
    prompt, head = [1, 3, 0, 2, 5, 4], CONFIG.width // CONFIG.n_heads
    decoder = CachedDecoder(small_model(seed))
    decoder.run(prompt)
    first = decoder.keys[0][0]
    decoder.run([1])
    following = decoder.keys[0][0]
    time = len(prompt)
    query = normal(seed, decoder.positions_run[1], head)
    known: dict[Shape, str] = {
        (time, head): "t-head",
        (1, head): "one-head",
        (time + 1, head): "more-head",
        (1, time + 1): "one-more",
        (time + 1, time + 1): "more-more",
    }
    shapes = {
        "kept-first": first.shape,
        "queries-first": (decoder.positions_run[0], head),
        "query-next": query.shape,
        "kept-next": following.shape,
        "scores-next": (query @ following.T).shape,
    }
    return {name: known[tuple(shape)] for name, shape in shapes.items()}


@claim
def symbols_of_generation(seed: int) -> Mapping[str, list[str]]:
    """The things that a recorded third step of generation reads, computes and gives.

    prompt: The symbol x.
    earlier: The symbol y with the index smaller than i.
    conditional: The symbol Pr of a token, given x and y with the index smaller than i.
    newest: The symbol y with the index i.
    given: What generation was given before its first step.
    before: The tokens that the steps before step i selected.
    chances: What softmax gives in step i.
    selected: The token that step i selects.
    input: All that the model reads in step i.
    """
    prompt = prompts(seed)[0]
    seen = run(generation.generate, drawing(small_model(seed).stages(), seed), prompt, tokens=3)
    things: dict[str, object] = {
        "given": prompt,
        "before": seen.tokens[:2],
        "chances": seen.distributions[2].tolist(),
        "selected": seen.tokens[2],
        "input": seen.inputs[2],
    }
    joined = seen.inputs[2]
    model = small_model(seed)
    logits = model.stages()
    hidden = logits.embed(joined)
    for layer in logits.layers:
        hidden = layer(hidden)
    means: dict[str, object] = {
        "prompt": joined[: len(prompt)],
        "earlier": joined[len(prompt) :],
        "conditional": softmax.softmax(logits.output(hidden)[-1]).tolist(),
        "newest": seen.tokens[-1],
    }
    return {
        symbol: [name for name, thing in things.items() if thing == meant]
        for symbol, meant in means.items()
    }


@claim
def settings_and_effects(seed: int) -> Mapping[str, list[str]]:
    """The distribution of twelve logits under each setting, beside the one of plain softmax.

    cold: A temperature of zero.
    hot: A temperature of two.
    nucleus-all: Top-p with p one.
    top-one: Top-k with k one.
    top-three: Top-k with k three.
    greedy: One token has all of the probability.
    same: The distribution is that of plain softmax.
    flatter: All tokens stay possible, and the most probable one has less than before.
    fewer: Some tokens become impossible, and several stay possible.
    sharper: All tokens stay possible, and the most probable one has more than before.
    """
    logits = normal(seed, 1, 12)
    plain = softmax.softmax(logits)
    settings: dict[str, tuple[float, int | None, float | None]] = {
        "cold": (0, None, None),
        "hot": (2, None, None),
        "nucleus-all": (1, None, 1.0),
        "top-one": (1, 1, None),
        "top-three": (1, 3, None),
    }
    effects: dict[str, Callable[[Tensor], bool]] = {
        "greedy": lambda p: int((p > 0).sum()) == 1,
        "same": lambda p: same(p, plain),
        "flatter": lambda p: bool((p > 0).all() and p.max() < plain.max() - 1e-9),
        "fewer": lambda p: 1 < int((p > 0).sum()) < p.numel(),
        "sharper": lambda p: bool((p > 0).all() and p.max() > plain.max() + 1e-9),
    }
    return {
        name: [
            effect
            for effect, holds in effects.items()
            if holds(distribution.next_token_distribution(logits, *setting))
        ]
        for name, setting in settings.items()
    }


@claim
def mistakes_and_symptoms(seed: int) -> Mapping[str, list[str]]:
    """The attention weights of one head with each mistake, on six positions.

    late-mask: The weights of wrong code that sets weights to zero after softmax.
    no-mask: The weights of wrong code without a mask.
    strict-mask: The weights of wrong code whose mask hides the diagonal, too.
    over-queries: The weights of wrong code whose softmax runs over the queries, mask and all.
    short-rows: Later keys have zero, and rows but the last sum to less than one.
    future: Rows sum to one, and later keys have some of it.
    nan: The first row is not a number, and the others sum to one.
    columns: Later keys have zero, and the columns sum to one.
    equal: Rows sum to one, and all visible keys have the same.
    """
    queries, keys = normal(seed, 6, 4), normal(seed + 100, 6, 4)
    visible = attention.causal_mask(6)
    mistakes = {
        "late-mask": "attention_weights.mask_after_softmax",
        "no-mask": "attention_weights.no_mask",
        "strict-mask": "attention_weights.mask_strict",
        "over-queries": "attention_weights.softmax_over_queries",
    }
    return {
        name: [symptom for symptom, holds in SYMPTOMS.items() if holds(weights, visible)]
        for name, mistake in mistakes.items()
        for weights in [wrong(mistake)(queries[None, None], keys[None, None])[0, 0]]
    }


def _ones(sums: Tensor) -> bool:
    return bool(torch.allclose(sums, torch.ones_like(sums)))


def _hides(weights: Tensor, visible: Tensor) -> bool:
    return bool((weights[~visible] == 0).all())


SYMPTOMS: Mapping[str, Callable[[Tensor, Tensor], bool]] = {
    "short-rows": lambda w, seen: _hides(w, seen) and bool((w.sum(-1)[:-1] < 1 - 1e-6).all()),
    "future": lambda w, seen: _ones(w.sum(-1)) and bool((w[~seen] > 0).all()),
    "nan": lambda w, seen: bool(w[0].isnan().all()) and _ones(w[1:].sum(-1)),
    "columns": lambda w, seen: _hides(w, seen) and _ones(w.sum(-2)),
    "equal": lambda w, seen: same(w, seen.double() / seen.double().sum(-1, keepdim=True)),
}


@claim
def selections_and_tokens(seed: int) -> Mapping[str, str]:
    """Four ids with probabilities 0.1, 0.2, 0.4 and 0.3: which token does each call select?

    greedy: The call without u.
    low: The call with u = 0.05.
    middle: The call with u = 0.25.
    high: The call with u = 0.95.
    id-0: Id 0.
    id-1: Id 1.
    id-2: Id 2.
    id-3: Id 3.
    """
    chances = torch.tensor([0.1, 0.2, 0.4, 0.3], dtype=torch.float64)
    calls = {"greedy": None, "low": 0.05, "middle": 0.25, "high": 0.95}
    return {name: f"id-{selection.select_token(chances, u)}" for name, u in calls.items()}
