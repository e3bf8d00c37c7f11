"""What is asked: the files of questions, and what is wrong with them."""
