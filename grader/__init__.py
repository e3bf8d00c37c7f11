"""Grades implementations of decoder-only text generation, and quizzes about it."""
