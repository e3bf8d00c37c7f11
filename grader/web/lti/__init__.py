"""LTI 1.3: the course inside a learning platform, and its grades back there."""
