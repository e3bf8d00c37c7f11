"""What enters the student's process for a suite, as text: the bridge and the values it speaks."""
