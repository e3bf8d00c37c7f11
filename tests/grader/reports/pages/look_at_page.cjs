// Opens pages in a browser: how wide they are, what axe-core finds, and a picture where one is asked for.
const puppeteer = require("puppeteer-core");
const axe = require("axe-core");

async function look(page, view) {
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: view.scheme }]);
  await page.setViewport({ width: view.width, height: 900 });
  const faults = [];
  const note = (message) => faults.push(message.text());
  page.on("console", note);
  await page.goto(`file://${view.page}`);
  await page.evaluate((open) => document.querySelectorAll("details").forEach((d) => { d.open = d.open || open; }), view.open);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  const steps = await page.evaluate(() => [...document.querySelectorAll(".steps")].filter((t) => t.parentElement.scrollWidth > t.parentElement.clientWidth).length);
  page.off("console", note);
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => (await window.axe.run()).violations);
  if (view.picture) await page.screenshot({ path: view.picture, fullPage: view.whole !== false });
  return { wide, steps, faults, violations: found.map((one) => `${one.id}: ${one.nodes[0].html} ${one.nodes[0].failureSummary}`) };
}

async function main(job) {
  const browser = await puppeteer.launch({ executablePath: job.browser, args: ["--no-sandbox"] });
  const results = [];
  try {
    const page = await browser.newPage();
    for (const view of job.views) results.push(await look(page, view));
  } finally {
    await browser.close();
  }
  console.log(JSON.stringify(results));
}

let text = "";
process.stdin.on("data", (part) => { text += part; });
process.stdin.on("end", () => main(JSON.parse(text)).catch((error) => { console.error(error); process.exit(1); }));
