"""A decoder-only Transformer in float64, one stage a file."""
