"""Is the answer key true? What a question says of the model is run on the reference."""
