"""What people get wrong about the training objective, stage by stage."""
