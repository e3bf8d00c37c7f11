"""Quizzes and practice in a browser."""
