"""`grader quiz export` and `grader quiz import`."""

from pathlib import Path

import click

from grader.cli.quiz.options import FILE, FOLDER, questions_option, seed_type

FORMATS = ("moodle-xml", "gift", "qti21", "qti30", "canvas", "markdown", "json")


@click.command("export")
@click.argument("topics", nargs=-1, metavar="[TOPIC | QUESTION | FILE]...")
@click.option(
    "--to",
    "format_",
    metavar=f"[{'|'.join(FORMATS)}|NAME]",
    required=True,
    help="Kind of file; NAME is one that an installed package adds.",
)
@click.option("-o", "--output", type=FILE, required=True, help="File to write.")
@click.option(
    "--without",
    "left_out",
    multiple=True,
    metavar="KIND",
    help="Leave out a kind of question, such as orderings.",
)
@click.option(
    "--with-keys",
    is_flag=True,
    help="Markdown and JSON: with keys, feedback and rubrics, for staff only.",
)
@click.option(
    "--seed",
    type=seed_type,
    default=0,
    help="Decides the order of options and steps.  [default: 0]",
)
@questions_option
def export_questions(
    *,
    topics: tuple[str, ...],
    format_: str,
    output: Path,
    left_out: tuple[str, ...],
    with_keys: bool,
    seed: int,
    questions: Path | None,
) -> None:
    """Write the questions of each TOPIC, or of all, as a file for another system.

    Ids of questions write just those. The FILE of a quiz writes its questions, and each of its
    pools as a topic of its own, from which the other system may draw.

    Markdown and JSON are handouts without keys, unless you ask for them. The formats of learning
    management systems hold every key. What a format cannot hold is said question by question.
    """
    from grader.cli.quiz import exchange_run

    exchange_run.export_topics(
        topics,
        output,
        format_=format_,
        seed=seed,
        left_out=left_out,
        with_keys=with_keys,
        questions=questions,
    )


@click.command("import")
@click.argument("file", type=FILE)
@click.option(
    "-o",
    "--output",
    type=FOLDER,
    default=Path("imported-questions"),
    help="Folder for the topics.  [default: imported-questions]",
)
@click.option("--concept", type=click.IntRange(min=1), help="Concept of questions without one.")
@click.option(
    "--difficulty", type=click.IntRange(1, 3), help="Difficulty of questions without one."
)
def import_questions(
    *, file: Path, output: Path, concept: int | None, difficulty: int | None
) -> None:
    """Turn FILE into questions of ours: one YAML file a topic.

    FILE is Moodle XML, GIFT, or QTI 2.1: an item or a package. What could not be taken over is said
    question by question; what our questions need beyond that, `grader quiz lint` tells.
    """
    from grader.cli.quiz import exchange_run

    exchange_run.import_file(file, output, concept=concept, difficulty=difficulty)
