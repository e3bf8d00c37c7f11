"""One student at one quiz: its questions, its rules, and the attempt as a state machine."""
