"""Which submissions are more alike than the rest of their class? It ranks, and decides nothing."""
