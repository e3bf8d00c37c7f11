"""The reference: a decoder-only model of GPT-2's kind, in float64, one stage a file."""
