// Handing in with a script: files can be dropped, what is chosen is listed, the sending is seen, and
// a line that breaks loses nothing: the files stay chosen and the form says so.
const form = document.querySelector("form.hand-in");

function said(bytes) {
  if (bytes >= 1048576) return `${(bytes / 1048576).toFixed(1)} MB`;
  return bytes >= 1024 ? `${(bytes / 1024).toFixed(1)} kB` : `${bytes} bytes`;
}

function begin(form) {
  const files = form.querySelector("#files");
  const code = form.querySelector("#code");
  const chosen = form.querySelector("#chosen");
  const problem = form.querySelector("#problem");
  const status = form.querySelector(".status");
  const bar = form.querySelector(".sending");
  const drop = form.querySelector(".drop");
  const button = form.querySelector("button");
  form.querySelector(".with-script").hidden = false;

  function show() {
    chosen.replaceChildren(...[...files.files].map((file) => {
      const line = document.createElement("li");
      line.textContent = `${file.name} (${said(file.size)})`;
      return line;
    }));
    chosen.hidden = files.files.length === 0;
  }

  function refuse(sentence) {
    problem.textContent = sentence;
    problem.hidden = false;
    status.textContent = "";
    bar.hidden = true;
    button.disabled = false;
    problem.scrollIntoView({ block: "nearest" });
  }

  function answered(request) {
    if (request.status < 400) {
      location.assign(request.responseURL);
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    takeTerms(page);
    const sentence = page.getElementById("problem") ?? page.querySelector("main p") ?? page.body;
    refuse(sentence.textContent.trim() || "It was not taken. Try again.");
  }

  // What holds now, if that is what has changed since this page was made.
  function takeTerms(page) {
    const now = page.querySelector("form.hand-in");
    if (!now) return;
    form.elements.stake.value = now.elements.stake.value;
    button.textContent = now.querySelector("button").textContent;
    document.querySelector(".terms").replaceChildren(...page.querySelector(".terms").childNodes);
  }

  // A folder can be dropped like a file, and a file may be gone since it was chosen: neither can be sent.
  async function unreadable() {
    for (const file of files.files) {
      try {
        await file.slice(0, 1).arrayBuffer();
      } catch {
        return file.name;
      }
    }
    return "";
  }

  async function send() {
    const size = [...files.files].reduce((sum, file) => sum + file.size, 0);
    if (!files.files.length && !code.value.trim()) {
      refuse("Nothing was handed in. Choose a file, drop one, or paste your code.");
      return;
    }
    if (size > Number(form.dataset.most)) {
      refuse(`The files are ${said(size)} together; at most ${said(Number(form.dataset.most))} are taken.`);
      return;
    }
    problem.hidden = true;
    button.disabled = true;
    const name = await unreadable();
    if (name) {
      refuse(`${name} cannot be read: it is a folder, or has changed since it was chosen. `
        + "Choose the files in it, or a zip of it; a file that has changed, choose again.");
      return;
    }
    bar.hidden = false;
    status.textContent = "Being sent …";
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.addEventListener("load", () => answered(request));
    request.addEventListener("error", () => refuse(
      "It did not arrive: there is no connection. Your files are still chosen here; try again."));
    request.send(new FormData(form));
  }

  files.addEventListener("change", show);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) {
    drop.addEventListener(kind, () => drop.classList.remove("over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    files.files = event.dataTransfer.files;
    show();
  });
  addEventListener("pageshow", () => { button.disabled = false; bar.hidden = true; status.textContent = ""; });
  show();
}

if (form) begin(form);
