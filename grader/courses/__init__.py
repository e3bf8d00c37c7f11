"""What a terminal and a site have in common: the use cases of a course, without either."""
