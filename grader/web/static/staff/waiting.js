// Shows how far a regrade is, and the page anew when it is through. Without it one looks again.
const said = document.getElementById("progress");
const look = async () => {
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById("progress");
    if (!now || page.querySelector("[value=publish]:not([disabled])")) return location.reload();
    if (now.textContent !== said.textContent) said.textContent = now.textContent;
  } catch {
    // the line is broken: the next look may find it
  }
  setTimeout(look, 4000);
};
if (said) setTimeout(look, 4000);
