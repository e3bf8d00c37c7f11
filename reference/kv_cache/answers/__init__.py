"""What answer keys about the KV cache are run on."""
