from pathlib import Path

import pytest

from .adapters import get_tokenizer

FIXTURES = Path(__file__).parent / "fixtures"
VOCABULARY = {0: b"a", 1: b"b", 2: b"ab", 3: b" ", 4: "é".encode()[:1], 5: "é".encode()[1:]}
MERGES = [(b"a", b"b")]


@pytest.fixture
def tokenizer():
    return get_tokenizer(VOCABULARY, MERGES)


@pytest.mark.parametrize("text", ["ab", "ba ab", "é a", ""])
def test_round_trip(tokenizer, text):
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_merges(tokenizer):
    assert tokenizer.encode("abab") == [2, 2]


def test_lines_of_a_file_are_encoded_as_they_come(tokenizer):
    with open(FIXTURES / "lines.txt", encoding="utf-8") as file:
        ids = []
        for token in tokenizer.encode_lines(file):
            ids.append(token)
    assert ids == tokenizer.encode((FIXTURES / "lines.txt").read_text().replace("\n", ""))


def test_an_unknown_token_is_an_error(tokenizer):
    with pytest.raises(KeyError):
        tokenizer.decode([99])


def test_it_knows_its_vocabulary(tokenizer):
    assert tokenizer.vocabulary == VOCABULARY
    assert set(tokenizer.merges) == {(b"a", b"b")}
