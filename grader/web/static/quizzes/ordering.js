// Rows of an order: moved by their arrows, by Alt+arrow keys, or by their handle. The rows' hidden fields are the answer.
const [steps, rest] = [".steps-order", ".rest-order"].map((name) => document.querySelector(`#question ${name}`));
const spoken = document.getElementById("moved");

const rowsOf = (list) => (list ? [...list.querySelectorAll(":scope > .row")] : []);

function say(row) {
  const text = row.querySelector(".text").textContent.trim();
  const rows = rowsOf(steps);
  const place = rows.indexOf(row) + 1;
  spoken.textContent = place ? `${text}: position ${place} of ${rows.length}` : `${text}: belongs nowhere`;
}

// One place up or down; past the last place is the list of what belongs nowhere.
function move(row, by) {
  const list = row.parentElement;
  const rows = rowsOf(list);
  const to = rows.indexOf(row) + by;
  if (to >= 0 && to < rows.length) {
    if (by < 0) rows[to].before(row);
    else rows[to].after(row);
  } else if (list === steps && by > 0 && rest) rest.prepend(row);
  else if (list === rest && by < 0) steps.append(row);
  else {
    spoken.textContent = "It cannot go further.";
    return false;
  }
  say(row);
  return true;
}

export function makeMovable(form, changed) {
  if (!steps) return;
  const shift = (row, by, focus) => {
    if (move(row, by)) changed();
    focus.focus();
  };
  form.addEventListener("click", (event) => {
    const button = event.target.closest(".moves button");
    if (!button) return;
    event.preventDefault();
    shift(button.closest(".row"), button.value.startsWith("up") ? -1 : 1, button);
  });
  form.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const row = event.target.closest(".row");
    if (!by || !row || !event.altKey) return;
    event.preventDefault();
    shift(row, by, event.target);
  });
  for (const list of [steps, rest].filter(Boolean)) {
    window.Sortable?.create(list, {
      group: "order",
      handle: ".handle",
      animation: 0,
      onEnd: (event) => {
        say(event.item);
        changed();
      },
    });
  }
}
