"""A small player of QTI: runs the response processing of an item for one response.

It knows the expressions that the exports use, and fails on any other.
"""

from lxml import etree


class Player:
    """One attempt at an item. Names are those of QTI 2.1."""

    def __init__(self, item):
        self.item = item
        self.outcomes = {}
        for outcome in self.all("outcomeDeclaration"):
            default = outcome.find("{*}defaultValue/{*}value")
            value = None if default is None else float(default.text)
            self.outcomes[outcome.get("identifier")] = value

    def all(self, name):
        return [e for e in self.item.iter() if isinstance(e.tag, str) and local(e) == name]

    def answer(self, response):
        """The outcomes after this response, or after several by their names."""
        self.response = response
        for rule in self.all("responseProcessing")[0]:
            self.apply(rule)
        return self.outcomes | {"shown": self.shown()}

    def shown(self):
        """The feedback that a taker then sees."""
        return [
            one.get("identifier")
            for one in self.all("modalFeedback")
            if self.outcomes[one.get("outcomeIdentifier")] == one.get("identifier")
        ]

    def apply(self, rule):
        if local(rule) == "setOutcomeValue":
            self.outcomes[rule.get("identifier")] = self.value(rule[0])
            return
        assert local(rule) == "responseCondition"
        for branch in rule:
            children = list(branch)
            if local(branch) == "responseElse" or self.value(children.pop(0)):
                for inner in children:
                    self.apply(inner)
                return

    def value(self, node):
        return getattr(self, f"on_{local(node)}")(node, [self.value(child) for child in node])

    def on_variable(self, node, _):
        name = node.get("identifier")
        if isinstance(self.response, dict) and name.startswith("RESPONSE"):
            return self.response.get(name)
        return self.response if name == "RESPONSE" else self.outcomes[name]

    def on_baseValue(self, node, _):
        return float(node.text) if node.get("baseType") == "float" else node.text

    def on_correct(self, node, _):
        return self.key()[0]

    def key(self):
        return [value.text for value in self.all("correctResponse")[0]]

    def on_match(self, node, values):
        return values[0] is not None and values[0] == values[1]

    def on_index(self, node, values):
        place = int(node.get("n"))
        return values[0][place - 1] if place <= len(values[0]) else None

    def on_or(self, node, values):
        return any(values)

    def on_and(self, node, values):
        return all(values)

    def on_sum(self, node, values):
        return sum(values)

    def on_product(self, node, values):
        return values[0] * values[1]

    def on_divide(self, node, values):
        return values[0] / values[1]

    def on_subtract(self, node, values):
        return values[0] - values[1]

    def on_gt(self, node, values):
        return values[0] is not None and values[0] > values[1]

    def on_gte(self, node, values):
        return values[0] is not None and values[0] >= values[1]

    def on_lte(self, node, values):
        return values[0] is not None and values[0] <= values[1]

    def on_isNull(self, node, values):
        return values[0] in (None, [], "")

    def on_not(self, node, values):
        return not values[0]

    def on_member(self, node, values):
        return values[0] in values[1]

    def on_stringMatch(self, node, values):
        fold = str if node.get("caseSensitive") == "true" else str.lower
        return values[0] is not None and fold(values[0]) == fold(values[1])

    def on_mapResponse(self, node, _):
        mapping = self.all("mapping")[0]
        worth = {entry.get("mapKey"): float(entry.get("mappedValue")) for entry in mapping}
        return max(float(mapping.get("lowerBound")), sum(worth[one] for one in self.response))


def local(element):
    return etree.QName(element).localname
