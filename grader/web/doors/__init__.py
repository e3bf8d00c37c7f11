"""How people enter the course, and leave it."""
