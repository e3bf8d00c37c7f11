"""Pages that people look at: one self-contained file each, without script and network."""
