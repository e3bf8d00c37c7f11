"""Claims about tokenization by merges (byte-pair encoding), on words of a few letters."""

from collections.abc import Mapping, Sequence

from grader.keys.registry import claim

Merges = Sequence[tuple[str, str]]
MERGES: Merges = (("o", "w"), ("l", "ow"), ("e", "r"), ("w", "er"))


def _tokens(text: str, merges: Merges) -> list[str]:
    """The pieces of a text: each merge, in the order in which it was learned, joins its pairs."""
    pieces = list(text)
    for left, right in merges:
        place = 0
        while place < len(pieces) - 1:
            if (pieces[place], pieces[place + 1]) == (left, right):
                pieces[place : place + 2] = [left + right]
            place += 1
    return pieces


def _longest_first(text: str, merges: Merges) -> list[str]:
    """The pieces if the longest known piece is cut off from the left each time."""
    known = sorted((left + right for left, right in merges), key=len, reverse=True)
    pieces = []
    while text:
        piece = next((each for each in known if text.startswith(each)), text[0])
        pieces.append(piece)
        text = text[len(piece) :]
    return pieces


@claim
def merged_word(seed: int) -> Mapping[str, str]:
    """The word `lower` is split by the merges o w, l ow, e r, w er, in this order."""
    reversed_merges = MERGES[::-1]
    return {
        "answer": " ".join(_tokens("lower", MERGES)),
        "tokenization.order_of_merges_is_free": " ".join(_tokens("lower", reversed_merges)),
        "tokenization.first_merge_only": " ".join(_tokens("lower", MERGES[:1])),
        "tokenization.is_letters": " ".join("lower"),
    }


@claim
def split_and_joined(seed: int) -> bool:
    """Texts are split as a whole, and in two parts: are the tokens the same at every cut?"""
    words = ("lower", "lowlow", "ower", "werlow")
    return all(
        _tokens(word[:cut], MERGES) + _tokens(word[cut:], MERGES) == _tokens(word, MERGES)
        for word in words
        for cut in range(1, len(word))
    )


@claim
def vocabulary_of_merges(
    seed: int, *, merges: int = 1000, special: int = 3, start: int = 256
) -> Mapping[str, float]:
    """The tokens of a tokenizer that begins with single bytes and learns merges."""
    vocabulary = {bytes([value]) for value in range(start)}
    for number in range(merges):
        left, right = bytes([number % start]), bytes([number // start])
        vocabulary.add(left + right)
    named = len(vocabulary) + len({f"special {number}" for number in range(special)})
    return {
        "answer": named,
        "tokenization.merges_replace_tokens": merges + special,
        "tokenization.special_tokens_have_no_id": len(vocabulary),
        "tokenization.merge_removes_its_parts": named - start,
    }
