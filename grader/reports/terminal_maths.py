"""Simple LaTeX as plain text, for a terminal."""

import re

# ruff: noqa: RUF001 - the symbols are meant
SYMBOLS = {
    "cdot": "·", "times": "×", "mid": "|", "infty": "∞", "dots": "…", "ldots": "…", "cdots": "…",
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈",
    "in": "∈", "sum": "∑", "prod": "∏", "to": "→", "rightarrow": "→", "pm": "±", "equiv": "≡",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε",
    "theta": "θ", "lambda": "λ", "mu": "μ", "pi": "π", "sigma": "σ", "tau": "τ", "top": "T",
    "quad": "  ", "left": "", "right": "", "ell": "ℓ", "odot": "⊙", "partial": "∂", "propto": "∝",
}  # fmt: skip


def plain_maths(latex: str) -> str:
    r"""Simple LaTeX as text: `\Pr(\cdot \mid y_{<i})` becomes `Pr(· | y_<i)`."""
    text = re.sub(r"\\(?:mathrm|mathbf|mathit|text|operatorname)\s*{([^{}]*)}", r"\1", latex)
    text = re.sub(r"([_^]){(<?\w+)}", r"\1\2", text)
    text = re.sub(r"([_^]){([^{}]*)}", r"\1(\2)", text)
    text = re.sub(r"\\sqrt\s*{([^{}]*)}", r"√(\1)", text)
    text = re.sub(r"\\sqrt\s*", "√", text)
    text = re.sub(r"\\frac\s*{([^{}]*)}\s*{([^{}]*)}", r"(\1)/(\2)", text)
    text = re.sub(r"\\([a-zA-Z]+)", lambda found: SYMBOLS.get(found[1], found[1]), text)
    text = re.sub(r"\\[,;:! ]", " ", text)
    return " ".join(text.replace("\\", "").split())
