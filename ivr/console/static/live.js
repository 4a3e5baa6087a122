// Keeps parts of a page as they are now. What hasn't changed is left alone, so nobody loses their place, an open list or
// what they were about to press. A page that nobody sees asks nothing, and one that nobody touches keeps nobody signed in.

const regions = [...document.querySelectorAll("[data-live]")];
const about = document.querySelector("[data-fresh]");
const every = Math.min(...regions.map((region) => Number(region.dataset.every))) * 1000;
let touched = false;
let failed = 0;
let over = false;
let looking = false;
let timer = 0;

for (const kind of ["keydown", "pointerdown", "wheel", "touchmove"]) {
  addEventListener(kind, () => { touched = true; }, {capture: true, passive: true});
}

function mend(now, fresh) {
  for (const {name, value} of fresh.attributes) if (now.getAttribute(name) !== value) now.setAttribute(name, value);
  for (const {name} of [...now.attributes]) {
    // Whoever has opened a list, or has just pressed a button, did so on purpose.
    if (name !== "open" && !fresh.hasAttribute(name)) now.removeAttribute(name);
  }
  const named = new Map([...now.children].filter((child) => child.id).map((child) => [child.id, child]));
  let at = now.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    let same = wanted.id ? named.get(wanted.id) : at;
    if (same && (same.nodeName !== wanted.nodeName || (same.id ?? "") !== (wanted.id ?? ""))) same = null;
    if (!same) {
      now.insertBefore(document.importNode(wanted, true), at);
      continue;
    }
    if (same === at) at = at.nextSibling;
    else now.insertBefore(same, at);
    if (same.isEqualNode(wanted)) continue;
    if (same.nodeType === Node.ELEMENT_NODE) mend(same, wanted);
    else same.data = wanted.data;
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function show(what, shown) {
  const place = about?.querySelector(`[data-${what}]`);
  if (place) place.hidden = !shown;
}

function tell(region, before) {
  const said = region.firstElementChild?.dataset.says;
  if (said && said !== before) region.nextElementSibling.textContent = said;
}

async function look(region, here) {
  const headers = {"X-Warmline-Here": here ? "yes" : "no"};
  if (region.mark) headers["If-None-Match"] = region.mark;
  const answer = await fetch(region.dataset.live, {headers, redirect: "manual", signal: AbortSignal.timeout(10_000)});
  if (answer.status === 304) return;
  if (answer.type === "opaqueredirect" || answer.status === 403) {
    over = true;
    return;
  }
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
  region.mark = answer.headers.get("ETag");
  const before = region.firstElementChild?.dataset.says;
  mend(region.firstElementChild, fresh);
  tell(region, before);
}

async function tick() {
  if (looking) return;
  looking = true;
  const here = touched;
  touched = false;
  try {
    for (const region of regions) await look(region, here);
    failed = 0;
  } catch {
    failed += 1;
    touched ||= here;
  }
  looking = false;
  show("trouble", failed > 1 && !over);
  show("over", over);
  plan();
}

function plan() {
  clearTimeout(timer);
  if (document.hidden || over) return;
  timer = setTimeout(tick, Math.min(60_000, every * 2 ** Math.min(failed, 4)));
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (!document.hidden && !over) tick();
});
addEventListener("pageshow", () => plan());
