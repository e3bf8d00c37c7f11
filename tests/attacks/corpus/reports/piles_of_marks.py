# Raises and prints letters under hundreds of combining marks.
# verdict: fails
# clean: raised
TEXT = "".join(f"{letter}" + "\u0301\u0488\u20dd\u0e49" * 200 for letter in "passed")


def softmax(logits):
    print(TEXT)
    raise ValueError(TEXT)
