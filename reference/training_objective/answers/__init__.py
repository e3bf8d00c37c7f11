"""What answer keys about the training objective are run on."""
