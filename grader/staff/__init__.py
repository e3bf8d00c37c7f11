"""What can those do who run a course? Use cases of its staff, without a front."""
