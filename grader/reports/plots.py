"""Plots of a class as SVG, made by Matplotlib, with their content in words."""

import io
import re
from collections.abc import Sequence
from html import escape

_ACCENT, _INK, _SOFT = "#1c55c1", "#17202d", "#4d5a6c"  # stand for the page's own colours
_COLOURS = {_ACCENT: "var(--accent)", _INK: "var(--ink)", _SOFT: "var(--soft)"}
_SIZE = 11  # points of the text


def histogram(bars: Sequence[tuple[str, int]], *, name: str, title: str) -> str:
    """Bars with their counts on them.

    Args:
        bars: what stands below a bar, and its height.
        name: tells the plot apart from others on the same page.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 2.4), layout="tight")
    axes = figure.add_subplot()
    places = range(len(bars))
    drawn = axes.bar(places, [count for _, count in bars], color=_ACCENT, width=0.85)
    counts = [str(count) if count else "" for _, count in bars]
    axes.bar_label(drawn, counts, padding=2, color=_INK, fontsize=_SIZE)
    axes.set_xticks(places, [label for label, _ in bars], color=_SOFT, fontsize=_SIZE - 2)
    axes.set_yticks([])
    axes.margins(x=0.01, y=0.15)
    axes.tick_params(length=0)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_SOFT)
    words = ", ".join(f"{label}: {count}" for label, count in bars)
    return _as_svg(figure, name=name, title=title, words=f"{words}.")


def _as_svg(figure: object, *, name: str, title: str, words: str) -> str:
    """The drawing as a part of a page: text stays text, and equal plots are equal bytes."""
    import matplotlib as mpl

    written = io.StringIO()
    with mpl.rc_context(
        {"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif"}
    ):
        figure.savefig(  # type: ignore[attr-defined]
            written, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
    drawing = written.getvalue()
    drawing = drawing[drawing.index("<svg") :]
    drawing = re.sub(
        r"<metadata>.*?</metadata>\s*|<style.*?</style>\s*", "", drawing, flags=re.DOTALL
    )
    drawing = re.sub(r' style="([^"]*)"', lambda match: _attributes(match[1]), drawing)
    drawing = re.sub(r'\bid="', f'id="{name}-', drawing)
    drawing = re.sub(r"(url\(#|xlink:href=\"#)", rf"\g<1>{name}-", drawing)
    for ours, theirs in _COLOURS.items():
        drawing = drawing.replace(ours, theirs)
    start, _, rest = drawing.partition(">")
    start = re.sub(r' (width|height)="[^"]*pt"', "", start)
    return (
        f'{start} role="img" aria-labelledby="{name}-title {name}-words">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-words">{escape(words)}</desc>{rest}'
    )


def _attributes(style: str) -> str:
    """A style as attributes: a page that forbids foreign styles forbids `style` as well."""
    pairs = (part.partition(":") for part in style.split(";") if part.strip())
    return "".join(
        f' {key.strip()}="{value.strip()}"'
        for key, _, value in pairs
        if key.strip() != "font-family"  # that of the page
    )
