"""Running untrusted code: starting, limiting, calling and ending a child process."""
