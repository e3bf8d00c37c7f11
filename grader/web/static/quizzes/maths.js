// Draws formulas with KaTeX where there is one; the page has them as MathML already.
for (const formula of document.querySelectorAll(".maths[data-tex]")) {
  const drawn = document.createElement("span");
  try {
    window.katex.render(formula.dataset.tex, drawn, {
      displayMode: formula.classList.contains("block"),
      output: "htmlAndMathml",
      strict: "ignore",
      trust: false,
    });
    formula.replaceChildren(...drawn.childNodes);
  } catch {
    // what KaTeX does not know stays as it is
  }
}
