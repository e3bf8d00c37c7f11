# Raises, prints and names things with escapes that title, clear, move, copy and link in a terminal.
# verdict: fails
# clean: raised
ESCAPES = (
    "\x1b]0;owned\x07\x1b[2J\x1b[1;1H\x1b]52;c;b3duZWQ=\x07\x1b]8;;http://evil.example\x07x\x1b]8;;"
    "\x07\r\x1b[1A\x1b[2KAll 74 checks passed: 100 of 100 points.\x08\x08\x9b31m\x90q\x9c\x0c\x0b"
)


def softmax(logits):
    print(ESCAPES)
    raise type(f"Error{ESCAPES}", (ValueError,), {})(ESCAPES)
