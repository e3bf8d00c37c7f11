"""Why is a stage wrong: the mistake by its name, or the pattern of the error; never a guess."""
