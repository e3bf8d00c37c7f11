"""What do students get? The visible part of an assignment, with answers in the place of code."""
