"""What the rest asks of a subject: right functions, known mistakes, and what belongs to them."""
