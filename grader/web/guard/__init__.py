"""What every request passes: who asks, from where, how much, and what may be answered."""
