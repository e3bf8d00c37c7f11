"""How one submission is graded: pytest runs checks, the student answers over the wall."""
