"""What people get wrong: wrong versions of the stages, each with a name, a sentence and a hint."""
