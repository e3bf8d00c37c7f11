"""Which angle brackets are tags: `vector<int>`, `<pad>` and a lonely `<s>` are text."""

import re

ELEMENTS = {
    "a", "abbr", "acronym", "address", "area", "article", "aside", "audio", "b", "base", "bdi",
    "bdo", "big", "blink", "blockquote", "body", "br", "button", "canvas", "caption", "center",
    "cite", "code", "col", "colgroup", "data", "datalist", "dd", "del", "details", "dfn", "dialog",
    "dir", "div", "dl", "dt", "em", "embed", "fieldset", "figcaption", "figure", "font", "footer",
    "form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hgroup",
    "hr", "html", "i", "iframe", "img", "input", "ins", "kbd", "label", "legend", "li", "link",
    "main", "map", "mark", "marquee", "math", "menu", "meta", "meter", "nav", "nobr", "noframes",
    "noscript", "object", "ol", "optgroup", "option", "output", "p", "param", "picture", "pre",
    "progress", "q", "rp", "rt", "ruby", "s", "samp", "script", "search", "section", "select",
    "small", "source", "span", "strike", "strong", "style", "sub", "summary", "sup", "svg", "table",
    "tbody", "td", "template", "textarea", "tfoot", "th", "thead", "time", "title", "tr", "track",
    "tt", "u", "ul", "var", "video", "wbr",
}  # fmt: skip
# Of MathML, and of drawings, inside <math> and <svg>.
INSIDE = {
    "annotation", "annotation-xml", "maction", "menclose", "merror", "mfenced", "mfrac", "mglyph",
    "mi", "mlabeledtr", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom", "mprescripts",
    "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd",
    "mtext", "mtr", "munder", "munderover", "none", "semantics", "circle", "defs", "ellipse", "g",
    "line", "path", "polygon", "polyline", "rect", "stop", "text", "tspan", "use",
}  # fmt: skip
VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
}  # fmt: skip
# Their end may be missing, or often is, in HTML that browsers show as it was meant.
SLOPPY = {
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup", "caption",
    "option", "optgroup", "rt", "rp", "html", "head", "body", "div", "span", "font", "table", "ul",
    "ol", "dl", "pre", "blockquote", "center", "section", "article", "h1", "h2", "h3", "h4", "h5",
    "h6",
}  # fmt: skip
# `a<p and p>b` compares: only these attributes have no value.
_ALONE = (
    "allowfullscreen|checked|compact|controls|disabled|hidden|itemscope|multiple|noshade|nowrap"
    "|readonly|reversed|selected"
)
_VALUE = r"""(?:"[^"]*"|'[^']*'|[^\s"'<>=]+)"""
_ATTRIBUTES = rf"(?:\s*+(?:[\w:@.-]++\s*=\s*{_VALUE}|(?:{_ALONE})\b))*+\s*"
TAG = re.compile(rf"<(?P<end>/?)(?P<name>[A-Za-z][\w:-]*)(?=[\s/>]){_ATTRIBUTES}(?P<empty>/?)>")
MARKUP = re.compile(
    rf"<!--(?:(?!<!--).)*?-->|<!\[[^<>]*>|<!doctype[^<>]*>|<\?xml[^<>]*>|{TAG.pattern}|<",
    re.DOTALL | re.IGNORECASE,
)


def only_tags(html: str) -> str:
    """The HTML in which every angle bracket that begins no tag is an entity."""
    kept = _tags(html)

    def shown(found: re.Match[str]) -> str:
        is_markup = found.start() in kept or (not found["name"] and found[0] != "<")
        return found[0] if is_markup else found[0].replace("<", "&lt;")

    return MARKUP.sub(shown, html)


def has_tags(text: str) -> bool:
    """Whether there is a tag of HTML in a text."""
    return bool(_tags(text))


def _tags(html: str) -> set[int]:
    """Where the tags begin."""
    named = [found for found in MARKUP.finditer(html) if found["name"]]
    tags = [found for found in named if _is_element(found["name"].lower(), html)]
    return _paired(tags) | {found.start() for found in tags if _stands_alone(found)}


def _is_element(name: str, html: str) -> bool:
    if ":" in name:  # of Word
        return name.partition(":")[0] in ("o", "w", "v", "m", "st1", "mml")
    return name in ELEMENTS or (name in INSIDE and re.search("<(math|svg)", html) is not None)


def _stands_alone(tag: re.Match[str]) -> bool:
    return tag["name"].lower() in VOID | SLOPPY or bool(tag["empty"])


def _paired(tags: list[re.Match[str]]) -> set[int]:
    """Where the tags stand that have a beginning and an end."""
    places: set[int] = set()
    waiting: dict[str, list[int]] = {}
    for tag in tags:
        same = waiting.setdefault(tag["name"].lower(), [])
        if not tag["end"]:
            same.append(tag.start())
        elif same:
            places |= {same.pop(), tag.start()}
    return places
