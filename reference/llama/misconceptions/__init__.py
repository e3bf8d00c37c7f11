"""What people get wrong about the Llama family: wrong versions of its stages, each with a name."""
