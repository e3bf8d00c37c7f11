"""Training by next-token prediction: from token ids to one step of the optimizer, in NumPy."""
