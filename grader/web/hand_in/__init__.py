"""Code is handed in, graded while one looks on, and looked back at."""
