// The time that is left: the server says how much, this page only counts on. At the end it asks the server.
const shown = document.getElementById("clock");
let left = shown ? Number(shown.dataset.left) : null; // seconds at the moment `since`
let since = performance.now();
let ended = false;
const atEnd = [];
const SPOKEN = [600, 300, 60]; // seconds before the end at which it is said aloud

export const secondsLeft = () => (left === null ? null : left - (performance.now() - since) / 1000);

// What the server says is right, whatever was counted here.
export function setClock(seconds) {
  if (seconds === null || seconds === undefined || !shown) return;
  left = seconds;
  since = performance.now();
  draw();
}

// Called shortly before the end, to send what is not sent yet.
export const beforeEnd = (act) => atEnd.push(act);

function words(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  if (hours >= 48) return `${Math.floor(hours / 24)} days left`;
  if (hours) return minutes ? `${hours} h ${minutes} min left` : `${hours} h left`;
  return minutes ? `${minutes} min ${whole % 60} s left` : `${whole % 60} s left`;
}

async function end() {
  ended = true;
  await Promise.all(atEnd.map((act) => act()));
  window.setTimeout(() => window.location.reload(), 2500); // the server hands in, and says so
}

function draw() {
  const seconds = secondsLeft();
  const text = words(seconds);
  if (shown.textContent !== text) shown.textContent = text;
  while (SPOKEN.length && seconds <= SPOKEN[0]) {
    SPOKEN.shift();
    const spoken = document.getElementById("moved");
    if (spoken) spoken.textContent = text;
  }
  if (seconds < 300) shown.dataset.short = "";
  else delete shown.dataset.short;
  if (seconds < 1.5 && !ended) end();
}

if (shown) {
  draw();
  window.setInterval(draw, 500);
}
