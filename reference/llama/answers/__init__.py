"""What answer keys about the Llama family are run on."""
