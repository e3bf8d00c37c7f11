"""Figures of a question as SVG, each with its content in words for those who do not see it."""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, unescape

CELL = 52  # pixels a side
MARGIN = 96  # for the labels of rows and columns
BOX_WIDTH, BOX_HEIGHT, STEP = 400, 44, 84
STYLE = """
    text { font: 15px system-ui, Helvetica, Arial, sans-serif; fill: #22303c; text-anchor: middle; }
    .row { text-anchor: end; } .soft { font-size: 13px; fill: #51606d; text-anchor: start; }
    .page { fill: #ffffff; } .box { fill: #e7f0f9; stroke: #7fa3c7; }
    .way { stroke: #22303c; stroke-width: 2; } .tip { fill: #22303c; }
    .cell { fill: #1f5f9e; stroke: #b6c2cd; } .on-dark { fill: #ffffff; }
"""


def attention_matrix(
    weights: Sequence[Sequence[float]], tokens: Sequence[str], *, title: str, name: str
) -> str:
    """Attention weights, a row for each query and a column for each key.

    Args:
        tokens: the label of each position.
        name: tells the figure apart from others on the same page.

    Raises:
        ValueError: the matrix is not square, or has another number of tokens.
    """
    count = len(tokens)
    if len(weights) != count or any(len(row) != count for row in weights):
        raise ValueError(f"{count} tokens need {count} rows of {count} weights")
    words = " ".join(
        f"The query at {token} gives "
        + ", ".join(f"{weight:.2f} to {key}" for key, weight in zip(tokens, row, strict=True))
        + "."
        for token, row in zip(tokens, weights, strict=True)
    )
    side = MARGIN + count * CELL + 12
    body = "\n".join([*_labels(tokens), *_cells(weights)])
    return _drawing(body, width=side, height=side, title=title, words=words, name=name)


def flow_diagram(boxes: Sequence[str], *, title: str, name: str, arrows: Sequence[str] = ()) -> str:
    """Boxes from top to bottom, with an arrow from each to the next.

    Args:
        arrows: what flows along each arrow; may be left out.
        name: tells the figure apart from others on the same page.

    Raises:
        ValueError: there are labels, but not one for each arrow.
    """
    if arrows and len(arrows) != len(boxes) - 1:
        raise ValueError(f"{len(boxes)} boxes have {len(boxes) - 1} arrows, not {len(arrows)}")
    labels = [*arrows] or [""] * (len(boxes) - 1)
    passes = [
        f", which passes on {label} to " if label else ", which leads to " for label in labels
    ]
    words = "".join(
        box + (passes[number] if number < len(passes) else ".") for number, box in enumerate(boxes)
    )
    height = STEP * len(boxes)
    body = "\n".join(_flow(boxes, labels))
    return _drawing(body, width=2 * BOX_WIDTH, height=height, title=title, words=words, name=name)


def words_of(figure: str) -> str:
    """The text alternative of a figure."""
    _, _, rest = figure.partition("<desc ")
    return unescape(rest.partition(">")[2].partition("</desc>")[0])


def _labels(tokens: Sequence[str]) -> Iterator[str]:
    for number, token in enumerate(tokens):
        middle = MARGIN + number * CELL + CELL // 2
        yield f'<text class="row" x="{MARGIN - 10}" y="{middle + 5}">{escape(token)}</text>'
        yield f'<text x="{middle}" y="{MARGIN - 12}">{escape(token)}</text>'


def _cells(weights: Sequence[Sequence[float]]) -> Iterator[str]:
    for row, line in enumerate(weights):
        for column, weight in enumerate(line):
            x, y = MARGIN + column * CELL, MARGIN + row * CELL
            depth = min(max(weight, 0.0), 1.0)
            ink = ' class="on-dark"' if depth > 0.7 else ""
            yield (
                f'<rect class="cell" x="{x}" y="{y}" width="{CELL}" height="{CELL}"'
                f' fill-opacity="{depth:.2f}"/>'
                f'<text{ink} x="{x + CELL // 2}" y="{y + CELL // 2 + 5}">{weight:.2f}</text>'
            )


def _flow(boxes: Sequence[str], labels: Sequence[str]) -> Iterator[str]:
    left, middle = 20, 20 + BOX_WIDTH // 2
    for number, box in enumerate(boxes):
        top = 16 + number * STEP
        yield (
            f'<rect class="box" x="{left}" y="{top}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}"'
            f' rx="8"/><text x="{middle}" y="{top + 27}">{escape(box)}</text>'
        )
        if number < len(labels):
            low, end = top + BOX_HEIGHT, top + STEP
            label = escape(labels[number])
            yield (
                f'<line class="way" x1="{middle}" y1="{low}" x2="{middle}" y2="{end - 8}"/>'
                f'<path class="tip" d="M{middle - 6} {end - 10} L{middle + 6} {end - 10}'
                f' L{middle} {end} Z"/>'
                f'<text class="soft" x="{middle + 14}" y="{low + 24}">{label}</text>'
            )


def _drawing(body: str, *, width: int, height: int, title: str, words: str, name: str) -> str:
    ids = f"{escape(name)}-title {escape(name)}-text"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" role="img" aria-labelledby="{ids}">\n'
        f'<title id="{escape(name)}-title">{escape(title)}</title>\n'
        f'<desc id="{escape(name)}-text">{escape(words)}</desc>\n'
        f"<style>{STYLE}</style>\n"
        f'<rect class="page" width="{width}" height="{height}"/>\n{body}\n</svg>\n'
    )
