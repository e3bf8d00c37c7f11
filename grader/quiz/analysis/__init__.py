"""How a class did: the figures of each question, and what to look at."""
