import pytest

from grader.quiz.imports.import_file import read_file


@pytest.fixture
def read(tmp_path):
    """The questions of a file by their ids, and what is lost."""

    def run(content, name="quiz.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        reading = read_file(path)
        questions = {id_: raw for topic in reading.topics for id_, raw in topic.questions.items()}
        return questions, [f"{loss.question}: {loss.what}" for loss in reading.losses]

    return run
