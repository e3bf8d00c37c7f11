"""What people get wrong about the embedding.

B batch, T time, C context length, V vocabulary, d width.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from grader.subject.misconception import equivalent, misconception
from reference.decoder.embedding import embed


@misconception(
    replaces=embed,
    says="Token id i selects the row after it in the token embedding.",
    hint="Feed id 0 alone and print the token vector. Which row of the table is it?",
    questions=["embedding-and-positions.one-entry"],
)
def id_off_by_one(token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor) -> Tensor:
    return embed((token_ids + 1) % len(token_embedding), token_embedding, position_embedding)


@misconception(
    replaces=embed,
    says="Token ids count from 1, so id i selects the row before it.",
    hint="Feed the largest id. Which row of the table do you take, and who takes the last one?",
    questions=["embedding-and-positions.one-entry"],
)
def ids_start_at_one(
    token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor
) -> Tensor:
    return embed((token_ids - 1) % len(token_embedding), token_embedding, position_embedding)


@misconception(
    replaces=embed,
    says="Id 0 stands for padding, and its token vector must be zero.",
    hint="Is there an id in this vocabulary whose row of the table is not to be used?",
    questions=["embedding-and-positions.one-entry"],
    differs_only="where the ids contain a 0",
)
def pad_is_zero(token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor) -> Tensor:
    tokens = token_embedding[token_ids] * (token_ids != 0).unsqueeze(-1)
    return tokens + position_embedding[: token_ids.shape[-1]]


@misconception(
    replaces=embed,
    says="The token vectors must be multiplied by the square root of d.",
    hint="How long is your token vector, compared with the row in the table?",
    questions=["embedding-and-positions.one-entry", "embedding-and-positions.order-ids-to-layers"],
)
def scaled_by_root_d(
    token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor
) -> Tensor:
    root = math.sqrt(token_embedding.shape[-1])
    return embed(token_ids, token_embedding * root, position_embedding)


@misconception(
    replaces=embed,
    says="The vector of a token depends on its id alone, without a position embedding.",
    hint="Swap two tokens of the prompt. How could the model tell?",
    questions=["embedding-and-positions.same-token-twice"],
)
def no_positions(token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor) -> Tensor:
    return token_embedding[token_ids]


@misconception(
    replaces=embed,
    says="Every token gets the position embedding of position 0.",
    hint="Which position do you use for the last token? Print it.",
    questions=["embedding-and-positions.one-entry", "embedding-and-positions.same-token-twice"],
)
def positions_all_zero(
    token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor
) -> Tensor:
    return token_embedding[token_ids] + position_embedding[0]


@misconception(
    replaces=embed,
    says="The position counts along the batch and not along the sequence.",
    hint="The ids have two axes. Along which of them does one text run?",
    questions=["embedding-and-positions.same-token-twice"],
)
def positions_from_batch(
    token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor
) -> Tensor:
    positions = torch.arange(len(token_ids))
    return token_embedding[token_ids] + position_embedding[positions].unsqueeze(1)


@misconception(
    replaces=embed,
    says="The first token stands at position 1.",
    hint="Which row of the position embedding do you never use?",
    questions=["embedding-and-positions.one-entry", "embedding-and-positions.sliding-window"],
)
def positions_start_at_one(
    token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor
) -> Tensor:
    positions = torch.arange(token_ids.shape[-1]) + 1
    return token_embedding[token_ids] + position_embedding[positions]


@misconception(
    replaces=embed,
    says="The tokens get the last rows of the position embedding.",
    hint="Which row does the first token get if the context is longer than the step input?",
    questions=["embedding-and-positions.one-entry"],
    differs_only="where the context is longer than the step input",
)
def last_positions(
    token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor
) -> Tensor:
    return embed(token_ids, token_embedding, position_embedding[-token_ids.shape[1] :])


@misconception(
    replaces=embed,
    says="Position 0 belongs to the newest token.",
    hint="One token more is generated. Do the positions of the older tokens stay as they were?",
    questions=["embedding-and-positions.sliding-window"],
)
def positions_reversed(
    token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor
) -> Tensor:
    positions = torch.arange(token_ids.shape[-1]).flip(0)
    return token_embedding[token_ids] + position_embedding[positions]


@misconception(
    replaces=embed,
    says="The position embedding is added twice.",
    hint="Subtract the token vectors from your result. What is left, compared with the table?",
    questions=["embedding-and-positions.order-ids-to-layers"],
)
def positions_twice(
    token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor
) -> Tensor:
    return embed(token_ids, token_embedding, 2 * position_embedding)


@misconception(
    replaces=embed,
    says="Token vectors and position vectors are multiplied.",
    hint="What becomes of a token's component where the position vector is 0?",
    questions=["embedding-and-positions.one-entry", "embedding-and-positions.order-ids-to-layers"],
)
def multiplies_positions(
    token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor
) -> Tensor:
    return token_embedding[token_ids] * position_embedding[: token_ids.shape[-1]]


@misconception(
    replaces=embed,
    says="The token vector and the position vector are put side by side.",
    hint="How wide is one of your vectors, and how wide may the first decoder layer's input be?",
    questions=["embedding-and-positions.order-ids-to-layers", "diagrams.order-of-shapes"],
)
def positions_concatenated(
    token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor
) -> Tensor:
    tokens = token_embedding[token_ids]
    positions = position_embedding[: token_ids.shape[-1]].expand_as(tokens)
    return torch.cat([tokens, positions], dim=-1)  # (B, T, 2 d)


@misconception(
    replaces=embed,
    says="Positions are sines and cosines; the position embedding that I get is not used.",
    hint="Does your result change when you change the position embedding?",
    questions=["embedding-and-positions.one-entry"],
)
def positions_sinusoidal(
    token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor
) -> Tensor:
    length, d = token_ids.shape[-1], token_embedding.shape[-1]
    places = torch.arange(length, dtype=token_embedding.dtype).unsqueeze(-1)
    even = torch.arange(0, d, 2, dtype=token_embedding.dtype)
    angles = places / 10000 ** (even / d)  # (T, d / 2)
    waves = torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)[:, :d]  # (T, d)
    return token_embedding[token_ids] + waves


@misconception(
    replaces=embed,
    says="I add the positions to the rows of the token table itself.",
    hint="Print the token table before and after the call. What would a second call look up?",
    questions=["embedding-and-positions.one-entry"],
    differs_only="in the token table after the call",
)
def changes_its_input(
    token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor
) -> Tensor:
    hidden = embed(token_ids, token_embedding, position_embedding)
    token_embedding[token_ids] = hidden
    return hidden


@equivalent(
    replaces=embed, says="The ids become one-hot rows, which are multiplied by the token embedding."
)
def one_hot(token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor) -> Tensor:
    chosen = functional.one_hot(token_ids, len(token_embedding)).to(token_embedding.dtype)
    return chosen @ token_embedding + position_embedding[: token_ids.shape[-1]]


@equivalent(replaces=embed, says="The position of each id is looked up id by id.")
def position_by_position(
    token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor
) -> Tensor:
    columns = [token_embedding[token_ids[..., t]] for t in range(token_ids.shape[-1])]
    rows = [column + position_embedding[t] for t, column in enumerate(columns)]
    return torch.stack(rows, dim=-2)
