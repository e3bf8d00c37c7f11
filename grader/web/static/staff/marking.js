// Keys of the marking page. Without them everything works by links, boxes and buttons.
const form = document.getElementById("marking");
const sum = document.getElementById("sum");
const toggle = document.getElementById("keys");
const of = sum.textContent.replace(/^\d+/, "");
const LINKS = { p: "before", n: "after", "[": "question-before", "]": "question-after" };

const kept = () => {
  try { return localStorage.getItem("marking-keys") !== "off"; } catch { return true; }
};
const show = (on) => {
  toggle.setAttribute("aria-pressed", String(on));
  toggle.textContent = on ? "Keys are on" : "Keys are off";
};
toggle.parentElement.hidden = false;
show(kept());
toggle.addEventListener("click", () => {
  const on = toggle.getAttribute("aria-pressed") !== "true";
  try { localStorage.setItem("marking-keys", on ? "on" : "off"); } catch { /* only this page */ }
  show(on);
});

form.addEventListener("change", () => {
  const boxes = [...form.querySelectorAll("[data-points]:checked")];
  sum.textContent = boxes.reduce((all, box) => all + Number(box.dataset.points), 0) + of;
  form.querySelector("[name=confirmed]")?.remove();
});

const isWriting = (target) => target.matches("textarea, input:not([type=checkbox]), select");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
  if (toggle.getAttribute("aria-pressed") !== "true") return;
  const box = form.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  const link = LINKS[event.key] && document.getElementById(LINKS[event.key]);
  if (box) box.click();
  else if (event.key === "k") document.getElementById("keep").click();
  else if (event.key === "c") document.getElementById("comment").focus();
  else if (link) link.click();
  else return;
  event.preventDefault();
});
