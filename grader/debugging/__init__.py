"""How is a failing check tried by hand? One call of it, and a script that makes it."""
