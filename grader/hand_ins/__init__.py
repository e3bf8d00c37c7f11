"""What students hand in to a site: received, queued, graded by workers, and looked back at."""
