"""Where can a quiz go? Pure functions from questions to a file; one module a format."""
