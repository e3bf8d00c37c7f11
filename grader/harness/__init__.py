"""How one submission is graded: pytest runs the checks, the student's code answers over the wall."""
