"""What does an answer earn, and how may that change: scores, sheets, decisions, repairs."""
