"""Prefill, decode and the KV cache: the decoder of `reference.decoder`, a part at a time."""
