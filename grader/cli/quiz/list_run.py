"""What `grader quiz list` does."""

from pathlib import Path

from grader.quiz.bank.topics import load
from grader.reports.quiz_terminal import console, topics_list
from grader.settings import question_folder


def list_topics(questions: Path | None) -> None:
    out = console()
    out.print(topics_list(load(question_folder(questions)).topics))
    out.print("\nTake one: grader quiz take TOPIC")
