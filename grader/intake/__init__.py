"""Where submissions come from: files, folders, notebooks and archives as text."""
