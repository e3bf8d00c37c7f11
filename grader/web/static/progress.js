// The progress of a hand-in while one looks on. The server sends the part of the page that changed;
// the browser asks again by itself after a broken line, from where it was.
const part = document.getElementById("progress");
const line = document.getElementById("line");
const said = document.getElementById("said");
const source = new EventSource(part.dataset.events);

source.addEventListener("message", (event) => {
  part.innerHTML = JSON.parse(event.data).html;
  line.textContent = "";
  const now = part.querySelector(".where").textContent.replace(/\s+/g, " ").trim();
  if (said.textContent !== now) said.textContent = now;
});
source.addEventListener("error", () => {
  line.textContent = "The line is broken. What you handed in is safe; trying again …";
});
source.addEventListener("end", () => {
  source.close();
  line.textContent = "";
});
