"""What comes of points by the rules of a course. Pure functions: no clock, no files."""
