"""What answer keys about the decoder are run on: claims, procedures, programs and pictures."""
