"""Where is it kept? Every SQL statement is in this folder."""
