"""Grades implementations of decoder-only text generation, and quizzes about it.

From Python use `grader.api`; in a check of an assignment, `grader.checks`. The rest may change.
"""
