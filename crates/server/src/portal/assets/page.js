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
// A rule that is dragged to another place asks what that would change, as its form does.
for (const list of document.querySelectorAll("[data-rules]")) {
  const rules = list.querySelectorAll("[data-rule]");
  if (rules.length < 2) continue;
  list.closest("section").querySelector("[data-drag]").hidden = false;
  let dragged = null;
  for (const rule of rules) {
    rule.draggable = true;
    rule.addEventListener("dragstart", (event) => {
      dragged = rule;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
    });
    rule.addEventListener("dragend", () => {
      dragged = null;
      for (const other of rules) other.classList.remove("is-target");
    });
    rule.addEventListener("dragover", (event) => {
      if (!dragged || dragged === rule) return;
      event.preventDefault();
      rule.classList.add("is-target");
    });
    rule.addEventListener("dragleave", () => rule.classList.remove("is-target"));
    rule.addEventListener("drop", (event) => {
      if (!dragged || dragged === rule) return;
      event.preventDefault();
      const form = dragged.querySelector("form[data-move]");
      form.elements.to.value = rule.dataset.rule;
      form.requestSubmit(form.querySelector("button"));
    });
  }
}

// One box ticks all of a list.
for (const all of document.querySelectorAll("input[data-all]")) {
  const boxes = () => all.closest("table").querySelectorAll("tbody input[type=checkbox]");
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
  });
}

// The page may come back from the browser's memory with its forms as they were left.
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Moments come in UTC, which everyone shares; here they become those of the reader's own zone, with its name. The UTC stays as
// the tooltip. Days without a time stay as they are.
const parts = (moment, options) => Object.fromEntries(
  new Intl.DateTimeFormat("en-GB", options).formatToParts(moment).map(({ type, value }) => [type, value]));
const numbers = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
const letters = { ...numbers, day: "numeric", month: "long", timeZoneName: "short" };
const zoneName = parts(new Date(), letters).timeZoneName;

function inFull(moment) {
  const { day, month, year, hour, minute, second, timeZoneName } = parts(moment, letters);
  return `${day} ${month} ${year}, ${hour}:${minute}:${second} ${timeZoneName}`;
}

function inColumns(moment) {
  const { day, month, year, hour, minute, second } = parts(moment, numbers);
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`;
}

const told = /\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d:\d\d UTC/;

function localized(time) {
  const moment = new Date(time.dateTime);
  const text = time.textContent;
  if (Number.isNaN(moment.getTime()) || !text.includes(":")) return;
  time.textContent = told.test(text) ? inFull(moment) : inColumns(moment);
  time.title = told.test(text) ? text : `${text} UTC`;
}

// A moment inside a sentence gets an element of its own.
function unwrapped(node) {
  for (let found = told.exec(node.data); found; found = told.exec(node.data)) {
    const rest = node.splitText(found.index);
    node = rest.splitText(found[0].length);
    const moment = new Date(found[0].replace(",", ""));
    if (Number.isNaN(moment.getTime())) continue;
    const time = document.createElement("time");
    time.dateTime = moment.toISOString();
    time.textContent = found[0];
    rest.replaceWith(time);
  }
}

if (!["UTC", "GMT"].includes(zoneName)) {
  const outside = "pre, code, .code, textarea, option, time, script";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const sentences = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (told.test(node.data) && !node.parentElement.closest(outside)) sentences.push(node);
  }
  sentences.forEach(unwrapped);
  document.querySelectorAll("time[datetime]").forEach(localized);
  for (const zone of document.querySelectorAll("[data-zone]")) zone.textContent = zoneName;
}

document.querySelector("form[data-send]")?.requestSubmit();
