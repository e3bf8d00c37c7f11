// A question's page: what is filled in is sent as it is filled in, and the page says whether it arrived.
// The form works without this. The server has the last word: it numbers what it stores, and a page that shows an older
// number than the store has is told so instead of writing over it.
import { beforeEnd, secondsLeft, setClock } from "./clock.js";
import { makeMovable } from "./ordering.js";

const form = document.getElementById("question");
const status = document.getElementById("saved");
const why = document.getElementById("why");
const conflict = document.getElementById("elsewhere");
const isFinal = "final" in form.dataset; // nothing can be changed any more
const onlyDrafts = form.dataset.mode === "final"; // an answer is given by its button alone
const savesItself = !isFinal && (!onlyDrafts || form.querySelector("textarea") !== null);
const WAITS = [1000, 2000, 4000, 8000, 15000]; // milliseconds before it is tried again

const fields = () => [...new FormData(form)].filter(([name]) => name.startsWith("answer") || name === "meant");
const content = () => JSON.stringify(fields());
const bare = (pairs) => JSON.stringify(pairs.filter(([name]) => name !== "meant").map(([name, value]) => [name, value.trim()]));

let stored = content(); // what the store has, as far as this page knows
let sent = null; // what was sent last without an answer: it may have arrived
let isAsking = null; // the request that is on its way
let timer = 0;
let failures = 0;
let isLeaving = false; // the form itself goes to the server
let isBlocked = false; // another window has answered: the taker decides first

// A state in two or three words above, where nothing moves; what more there is to say stands below what is filled in.
function say(state, sign, words, more = "") {
  if (why.textContent !== more) why.textContent = more;
  if (status.textContent.trim() === `${sign} ${words}`) return;
  status.dataset.state = state;
  const mark = document.createElement("span");
  mark.ariaHidden = "true";
  mark.textContent = sign;
  status.replaceChildren(mark, ` ${words}`);
}

function draw(answer) {
  setClock(answer.left);
  if (!answer.answered) return;
  const places = [...document.querySelectorAll(".places .place")];
  document.getElementById("answered").textContent = `${answer.answered.length} of ${places.length} answered`;
  for (const place of places) {
    const isDone = answer.answered.includes(Number(place.value));
    place.classList.toggle("done", isDone);
    place.querySelector("[data-done]").hidden = !isDone;
  }
}

async function ask(url, options) {
  const answer = await fetch(url, {
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(10000),
    ...options,
  });
  if (!(answer.headers.get("content-type") || "").startsWith("application/json")) {
    throw new Error(answer.redirected ? "signed out" : `status ${answer.status}`);
  }
  return answer.json();
}

// After a line was lost nobody knows whether the last one arrived: ask, before something is called an answer of another window.
async function settleDoubt() {
  const now = await ask(`${form.action}/saved`);
  if (String(now.number) !== form.elements.after.value && bare(now.fields) === bare(JSON.parse(sent))) {
    form.elements.after.value = now.number;
    stored = sent;
  }
  sent = null;
}

async function send() {
  if (sent !== null) await settleDoubt();
  const text = content();
  if (text === stored) return say("saved", "✓", onlyDrafts ? "Draft saved" : "Saved");
  const body = new URLSearchParams([["after", form.elements.after.value], ["go", "stay"], ...fields()]);
  sent = text;
  const keepalive = body.toString().length < 60000; // a browser takes no more along when a page goes away
  const answer = await ask(form.action, { method: "POST", body, keepalive });
  sent = null;
  draw(answer);
  take(answer, text);
}

function take(answer, text) {
  for (const line of form.querySelectorAll("[type=text]")) line.ariaInvalid = answer.state === "not read" ? "true" : null;
  switch (answer.state) {
    case "saved":
      form.elements.after.value = answer.number;
      form.querySelector(".meant")?.remove(); // it has an answer now
      stored = bare(fields()) === bare(JSON.parse(text)) ? content() : text;
      say("saved", "✓", onlyDrafts ? "Draft saved" : "Saved");
      break;
    case "nothing":
      stored = text;
      if (form.elements.after.value === "0") say("empty", "○", "Not answered yet", answer.says);
      else say("saved", "✓", "Saved before", "Nothing stands here now. What you saved before is your answer still.");
      break;
    case "not read":
      stored = text;
      say("problem", "✗", "Not saved", `${answer.says}. Mend it, or empty it to go on.`);
      break;
    case "elsewhere":
      isBlocked = true;
      conflict.hidden = false;
      conflict.dataset.number = answer.number;
      say("problem", "✗", "Not saved");
      break;
    default:
      isBlocked = true;
      say("problem", "✗", "Not saved", `${answer.says}.`);
      if (answer.to) window.location.assign(answer.to);
  }
}

// Sends until what stands here is stored or refused; one request at a time.
function flush() {
  window.clearTimeout(timer);
  isAsking ??= (async () => {
    try {
      while (!isBlocked && (content() !== stored || sent !== null)) await send();
      failures = 0;
      return !isBlocked;
    } catch (error) {
      const isOut = error.message === "signed out";
      say("problem", "✗", "Not saved, trying again", isOut ? "You are signed out: sign in in another window." : "");
      timer = window.setTimeout(flush, WAITS[Math.min(failures, WAITS.length - 1)]);
      failures += 1;
      return false;
    } finally {
      isAsking = null;
    }
  })();
  return isAsking;
}

function changed(delay) {
  if (!savesItself || isBlocked || content() === stored) return;
  if (!failures) say("empty", "…", "Saving");
  window.clearTimeout(timer);
  const left = secondsLeft();
  timer = window.setTimeout(flush, left !== null && left < 5 ? 0 : delay);
}

async function leave(event) {
  const to = event.submitter?.dataset.to;
  if (!to || onlyDrafts) {
    isLeaving = true;
    return;
  }
  event.preventDefault();
  const isEmpty = content() === stored && sent === null;
  if (!isEmpty && !(await flush())) {
    if (!isBlocked) say("problem", "✗", "Not saved, trying again", "Stay on this page until it is saved.");
    return;
  }
  if (status.dataset.state === "problem") return; // what stands here is not read: it would be lost
  if (!navigator.onLine) return say("saved", "✓", "Saved", "There is no line to the next page just now.");
  window.location.assign(to);
}

// A page that was away sees what other windows did meanwhile.
async function look() {
  if (!savesItself || isBlocked || document.visibilityState !== "visible") return;
  if (failures || isAsking) return flush();
  try {
    const now = await ask(`${form.action}/saved`);
    if (now.to) return window.location.assign(now.to);
    draw(now);
    if (String(now.number) !== form.elements.after.value && content() === stored) window.location.reload();
  } catch {
    // it is said when something is to be saved
  }
}

document.body.classList.add("with-script");
makeMovable(form, () => changed(250));
form.addEventListener("input", (event) => changed(event.target.matches("textarea, [type=text]") ? 800 : 150));
form.addEventListener("change", () => changed(0));
form.addEventListener("submit", leave);
conflict.addEventListener("click", (event) => {
  const choice = event.target.dataset.choose;
  if (choice === "theirs") window.location.assign(form.action);
  if (choice !== "mine") return;
  form.elements.after.value = conflict.dataset.number;
  conflict.hidden = true;
  isBlocked = false;
  flush();
});
window.addEventListener("online", flush);
document.addEventListener("visibilitychange", look);
window.addEventListener("pageshow", (event) => event.persisted && look());
window.addEventListener("pagehide", () => savesItself && !isLeaving && flush());
window.addEventListener("beforeunload", (event) => {
  if (savesItself && !isBlocked && !isLeaving && (content() !== stored || sent !== null)) event.preventDefault();
});
if (savesItself) {
  beforeEnd(flush);
  document.getElementById("save")?.remove(); // it saves itself
}
for (const box of document.querySelectorAll("pre[tabindex], .scroll[tabindex], .listing[tabindex]")) {
  if (box.scrollWidth <= box.clientWidth) box.removeAttribute("tabindex"); // nothing to scroll: no stop for the keyboard
}
document.getElementById("verdict")?.focus();
