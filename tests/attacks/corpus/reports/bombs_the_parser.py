# Source that makes parsers recurse, as text and as nodes.
# verdict: fails
# clean: ended the whole process|raised|more memory|wrong|NaN or infinite
import ast

BOMB = "-" * 200_000 + "1"


def softmax(logits):
    for parse in (ast.parse, ast.literal_eval, lambda text: compile(text, "bomb", "eval")):
        try:
            parse(BOMB)
        except (RecursionError, MemoryError, SyntaxError):
            continue
    return logits
