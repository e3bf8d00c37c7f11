"""Two mistakes in one stage: each stage in parts, of which a mistake replaces some."""
