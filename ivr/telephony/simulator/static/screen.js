// What is seen of the telephone: its display, its keys, and the transcript beside it.

import { clock, spaced } from "./transcript.js";

const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur"]);
const NUMBER = /^\+?[0-9]{2,15}$/;

export class Screen {
  #page = document.body;
  #state = this.#find("#state");
  #about = this.#find("#about");
  #timer = this.#find("#timer");
  #call = this.#find("#call");
  #hangUp = this.#find("#hang-up");
  #lines = this.#find("#lines");
  #keysNow = this.#find("#keys-now");
  #keysAlways = this.#find("#keys-always");
  #empty = this.#find("#empty");
  #title = document.title;

  constructor(phone) {
    this.phone = phone;
    this.line = this.#find("#line");
    this.number = this.#find("#number");
    this.hidden = this.#find("#hidden");
  }

  // `random` gives a whole number below its argument.
  chooseNumber(random) {
    const taken = [...this.line.options].map((option) => option.value);
    const asked = new URLSearchParams(location.search);
    const given = (asked.get("number") ?? "").replace(/\D/g, "");
    if (asked.get("name")) document.querySelector("h1").textContent = document.title = `${asked.get("name")} · Telephone`;
    let number = given ? `+${given}` : sessionStorage.getItem("number");
    while (!number || taken.includes(number)) number = `+120255501${String(random(100)).padStart(2, "0")}`;
    this.#useNumber(number);
  }

  listen() {
    this.#call.addEventListener("click", () => this.#callOrAnswer());
    this.#hangUp.addEventListener("click", () => this.phone.hangUp());
    for (const key of document.querySelectorAll("#keypad button")) {
      key.addEventListener("click", () => this.phone.press(key.value));
    }
    this.number.addEventListener("change", () => this.#useNumber(this.number.value.replace(/[\s().-]/g, "")));
    this.hidden.addEventListener("change", () => this.#showNumber());
    document.addEventListener("keydown", (event) => this.#keyboard(event));
    setInterval(() => this.#showTime(), 250);
  }

  show() {
    const { state, ring, live } = this.phone;
    this.#page.dataset.state = state;
    const line = this.line.selectedOptions[0];
    const number = spaced(this.line.value);
    const words = {
      "at rest": ["Ready", line ? `Rings ${line.dataset.name}, ${number}` : "No line is on air yet"],
      "calling": ["Ringing …", `${line?.dataset.name ?? ""} ${number}`],
      "talking": live?.records
        ? ["Recording you", "Speak after the tone. Any key ends it"]
        : [live?.connected ? "Connected to a person" : "In a call", "Press keys, or hang up"],
      "rung": ["Your telephone rings", ring ? `From ${spaced(ring.from_number)}` : ""],
    }[state];
    setText(this.#state, words[0]);
    setText(this.#about, words[1]);
    this.#call.textContent = state === "rung" ? "Answer" : "Call";
    this.#call.disabled = !(state === "rung" || (state === "at rest" && line));
    this.#hangUp.textContent = state === "rung" ? "Refuse" : "Hang up";
    this.#hangUp.disabled = state === "at rest";
    for (const setting of [this.line, this.number, this.hidden]) setting.disabled = state !== "at rest";
    document.title = state === "rung" ? `Rings: ${this.#title}` : this.#title;
    if (state === "at rest") this.#showKeys([], []);
    this.#showTime();
  }

  clear() {
    this.#lines.replaceChildren();
    this.#empty.hidden = true;
  }

  // One line of the transcript.
  add({ at, kind, text, language, keys, always, continues }) {
    if (keys) {
      this.#showKeys(keys, always);
      return;
    }
    this.#empty.hidden = true;
    const last = this.#lines.lastElementChild;
    const sentence = continues && last?.dataset.kind === "heard" ? last.querySelector(".said") : null;
    if (sentence && sentence.lang === language) {
      sentence.append(` ${text}`);
      this.#scrollTo(last);
      return;
    }
    const item = document.createElement("li");
    item.dataset.kind = kind;
    const time = document.createElement("span");
    time.className = "time";
    time.textContent = clock(at);
    item.append(time, this.#said(kind, text, language));
    for (const now of this.#lines.querySelectorAll("[data-now]")) delete now.dataset.now;
    if (kind === "heard") item.dataset.now = "yes";
    this.#lines.append(item);
    this.#scrollTo(item);
  }

  // To the end, but never past the beginning of what is being said.
  #scrollTo(item) {
    const end = this.#lines.scrollHeight - this.#lines.clientHeight;
    this.#lines.scrollTop = Math.min(end, item.offsetTop - this.#lines.offsetTop);
  }

  #said(kind, text, language) {
    const said = document.createElement("span");
    said.className = "said";
    if (kind === "pressed") {
      const key = document.createElement("kbd");
      key.textContent = text;
      said.append("You press ", key);
    } else {
      said.textContent = text;
    }
    if (language) setLanguage(said, language);
    return said;
  }

  #showKeys(keys, always) {
    this.#keysNow.replaceChildren(...keys.map(keyItem));
    this.#keysAlways.replaceChildren(...always.map(keyItem));
    const useful = new Set(keys.map(({ key }) => key));
    for (const button of document.querySelectorAll("#keypad button")) {
      button.classList.toggle("useful", useful.has(button.value));
    }
  }

  #showTime() {
    const { live } = this.phone;
    setText(this.#timer, live?.answered ? clock(live.seconds) : "");
  }

  #callOrAnswer() {
    if (this.phone.state === "rung") this.clear();
    if (this.phone.state === "rung") return this.phone.answer();
    if (this.phone.state !== "at rest" || !this.line.value) return undefined;
    this.clear();
    return this.phone.call(this.line.value, this.hidden.checked);
  }

  #keyboard(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.key === "Escape") return this.phone.hangUp();
    const inField = event.target.closest("input, select, textarea");
    if (inField && !inField.disabled && inField.type !== "checkbox") return;
    if (/^[0-9*#]$/.test(event.key)) {
      this.#flash(event.key);
      return this.phone.press(event.key);
    }
    // On a button, Enter already presses that button.
    if (event.key === "Enter" && !event.target.closest("button, summary, a, input")) this.#callOrAnswer();
  }

  #flash(key) {
    const button = document.querySelector(`#keypad button[value="${key}"]`);
    button.classList.add("pressed");
    setTimeout(() => button.classList.remove("pressed"), 150);
  }

  #useNumber(number) {
    if (NUMBER.test(number)) {
      sessionStorage.setItem("number", number);
      this.phone.number = number;
    }
    this.#showNumber();
  }

  #showNumber() {
    this.number.value = spaced(this.phone.number);
    this.#find("#shown-number").textContent = this.hidden.checked ? "hidden from the hotline" : spaced(this.phone.number);
  }

  #find(selector) {
    return document.querySelector(selector);
  }
}

// A key, and what it does.
function keyItem({ key, does, language }) {
  const item = document.createElement("li");
  const name = document.createElement("kbd");
  name.textContent = key;
  const what = document.createElement("span");
  what.textContent = does;
  if (language) setLanguage(what, language);
  item.append(name, what);
  return item;
}

// A screen reader says a status again whenever it is written, so it is written only when it changes.
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function setLanguage(element, language) {
  element.lang = language;
  element.dir = RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
}
