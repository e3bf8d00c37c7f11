"""What reads the source of strangers, in a process with limits: nothing else of ours enters it."""
