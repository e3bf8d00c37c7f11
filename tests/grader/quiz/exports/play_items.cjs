// Plays items of QTI 3 with @citolab/qti-components in a browser, and says what came of it.
// Standard input: { browser, items: [{ xml, responses }] }. Standard output: the outcomes of each.
const puppeteer = require("puppeteer-core");

const PLAYER = __dirname + "/node_modules/@citolab/qti-components/cdn/index.global.js";
const QUIET = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
  "--disable-background-networking", "--disable-component-update",
];

// Runs in the browser.
async function play(items) {
  const shown = async (xml) => {
    document.body.innerHTML = "<qti-item><item-container></item-container></qti-item>";
    const holder = document.querySelector("item-container");
    await holder.updateComplete;
    const connected = new Promise((done) =>
      document.body.addEventListener("qti-assessment-item-connected", (e) => done(e.detail), { once: true }));
    const late = new Promise((_, fail) => setTimeout(() => fail(new Error("not shown: " + xml)), 20000));
    holder.itemXML = xml;
    const item = await Promise.race([connected, late]);
    await item.updateComplete;
    return [item, holder.shadowRoot];
  };
  const open = (root) =>
    [...root.querySelectorAll("qti-modal-feedback")]
      .filter((one) => one.shadowRoot.querySelector("dialog").open)
      .map((one) => one.getAttribute("identifier"));
  const width = (one) => one.getBoundingClientRect().width;
  const drawn = (one) => one instanceof MathMLElement && width(one) > 0;
  const outcomes = [];
  for (const { xml, responses } of items) {
    for (const response of responses) {
      const [item, root] = await shown(xml);
      const before = open(root);
      const choice = root.querySelector(`qti-choice-interaction[max-choices="1"]`);
      if (choice && response) choice.querySelector(`[identifier="${response}"]`).click();
      else if (response !== null && response.constructor === Object)
        for (const [name, value] of Object.entries(response)) item.updateResponseVariable(name, value);
      else if (response !== null) item.updateResponseVariable("RESPONSE", response);
      item.processResponse();
      await item.updateComplete;
      const values = Object.fromEntries(item.variables.map((one) => [one.identifier, one.value]));
      const body = root.querySelector("qti-item-body");
      const letters = body.textContent;
      // the player makes elements of HTML of all others; read again, MathML is MathML
      for (const one of body.querySelectorAll("math")) one.outerHTML = one.outerHTML;
      outcomes.push({
        score: Number(values.SCORE),
        before,
        open: open(root),
        formulas: [...body.querySelectorAll("math")].map(drawn),
        notes: [...body.querySelectorAll("annotation")].map(width),
        text: letters,
      });
    }
  }
  return outcomes;
}

(async () => {
  const job = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const browser = await puppeteer.launch({ executablePath: job.browser, args: QUIET });
  try {
    const page = await browser.newPage();
    await page.setContent("<!doctype html><body></body>");
    await page.addScriptTag({ path: PLAYER });
    process.stdout.write(JSON.stringify(await page.evaluate(play, job.items)));
  } finally {
    await browser.close();
  }
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
