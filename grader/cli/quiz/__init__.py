"""`grader quiz`: one file a command, and the conversations with who types."""
