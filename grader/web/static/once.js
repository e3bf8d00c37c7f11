// A form goes to the server once, however fast its button is pressed: of two answers, a browser shows the second,
// which may say that all was done before. A page that stays, as beside a download, may send it again.
const PAUSE = 1000; // milliseconds
const sent = new WeakMap(); // when each form was sent last

addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  const last = sent.get(event.target) ?? -Infinity;
  if (event.timeStamp - last < PAUSE) event.preventDefault();
  else sent.set(event.target, event.timeStamp);
});
