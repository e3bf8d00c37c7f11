"""Is an assignment fair? Every known mistake, and right code of every kind, is graded to see."""
