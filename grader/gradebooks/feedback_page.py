"""The page that a student gets as a file: the one place that decides what it is."""

import html

from grader.gradebooks.feedback_text import feedback_text
from grader.gradebooks.student_grades import StudentGrade

_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<h1>{title}</h1>
<pre style="white-space: pre-wrap">{text}</pre>
</html>
"""


def feedback_page(student: StudentGrade) -> bytes:
    """The page, in one file that needs no other."""
    title = html.escape(student.report.assignment)
    text = html.escape(feedback_text(student))
    return _PAGE.format(title=title, text=text).encode("utf-8", "replace")
