"""How does an assignment begin? With one that runs at once, to be changed piece by piece."""
