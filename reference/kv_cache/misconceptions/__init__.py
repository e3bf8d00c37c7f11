"""What people get wrong about the KV cache: wrong versions, each with its sentence."""
