"""What answer keys about sampling and search are run on."""
