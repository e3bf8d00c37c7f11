"""Where do grades go? The files of other systems; pure functions from bytes to bytes."""
