"""A decoder of the Llama family in float64, one stage a file."""
