"""How hundreds of submissions are graded: read, spread over processes, kept, resumed."""
