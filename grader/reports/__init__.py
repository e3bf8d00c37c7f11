"""How results are shown: pure functions from records to text."""
