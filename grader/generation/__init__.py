"""The table of `generate`: what a student's loop does with its stages, recorded and judged."""
