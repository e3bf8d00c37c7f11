// Puts what a worker computes into the page when it is there. What is typed stays as it is.
const place = document.getElementById("computing");
const look = async () => {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById("computing");
    if (now && now.textContent !== place.textContent) place.replaceChildren(...now.childNodes);
    if (answer.ok && now && !now.hasAttribute("data-waits")) {
      if (place.dataset.then === "reload") location.replace(location.pathname);
      return;
    }
  } catch {
    // the line is broken: the next look may find it
  }
  setTimeout(look, 2000);
};
if (place?.hasAttribute("data-waits")) setTimeout(look, 1000);
