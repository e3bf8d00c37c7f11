"""Sampling and search beyond one draw a step: filters, speculative decoding, beams; in NumPy."""
