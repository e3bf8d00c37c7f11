"""What people get wrong about sampling and search, stage by stage."""
