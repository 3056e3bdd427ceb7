// What pages gain from a script: copying, tooltips that close, forms that send themselves, and a second press that does
// nothing. Every page does its work without it.
"use strict";

const status = document.querySelector("[data-status]");

function say(text) {
  if (status) status.textContent = text;
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) break;
  const word = button.querySelector("[data-word]");
  const before = word.textContent;
  let timer;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const done = await navigator.clipboard.writeText(button.dataset.copy).then(() => true, () => false);
    word.textContent = done ? "Copied" : "Press Ctrl+C";
    button.classList.toggle("is-done", done);
    say(done ? `${button.dataset.what} copied` : "Copying was refused by the browser");
    clearTimeout(timer);
    timer = setTimeout(() => {
      word.textContent = before;
      button.classList.remove("is-done");
    }, 2000);
  });
}

// A tooltip stays while pointer or focus is on it, and closes by Escape (WCAG 1.4.13).
for (const tip of document.querySelectorAll(".tip")) {
  const wake = () => tip.classList.remove("is-shut");
  tip.addEventListener("mouseenter", wake);
  tip.addEventListener("focusin", wake);
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const tip of document.querySelectorAll(".tip")) tip.classList.add("is-shut");
});

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
// The page may come back from the browser's memory with its forms as they were left.
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// The moment in the reader's own time zone, beside the UTC that everyone shares.
for (const time of document.querySelectorAll("time[datetime]")) {
  const moment = new Date(time.dateTime);
  if (!Number.isNaN(moment.getTime())) time.title = moment.toLocaleString();
}

document.querySelector("form[data-send]")?.requestSubmit();
