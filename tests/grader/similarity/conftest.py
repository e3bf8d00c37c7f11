"""One reading process for the tests of this folder, and a class of texts in one line."""

import pytest

from grader.similarity.source_reader import SourceReader
from tests.grader.similarity.corpus import compared


@pytest.fixture(scope="session")
def reader():
    with SourceReader() as made:
        yield made


@pytest.fixture
def code(reader):
    """`code(name, text, ...)`: a submission as it is compared."""
    return lambda name, *texts, **words: compared(reader, name, *texts, **words)
