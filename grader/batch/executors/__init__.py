"""On what are submissions graded? A contract, and worker processes on this machine."""
