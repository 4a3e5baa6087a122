// Everything works without this. It moves a line over the picture of a sound while it is heard, takes down a place that
// somebody presses or marks, and gives keys to what is done over and over. Keys can be switched off, and rest while typing.

const OFF = "warmline-keys-off";

function allow(name) {
  try {
    return localStorage.getItem(name) !== "yes";
  } catch {
    return true;
  }
}

for (const take of document.querySelectorAll("[data-take]")) {
  const seconds = Number(take.dataset.seconds);
  const picture = take.querySelector(".wave");
  const sound = take.querySelector(".sound.main audio");
  const place = take.querySelector("input[name=at]");
  if (!picture || !sound || !seconds) continue;
  const width = picture.viewBox.baseVal.width;
  const line = picture.querySelector(".here");

  function show(at) {
    line.removeAttribute("hidden");
    for (const end of ["x1", "x2"]) line.setAttribute(end, String(width * Math.min(1, at / seconds)));
  }

  function mark(at) {
    if (!place) return;
    place.value = at.toFixed(1);
    const ask = place.closest("details");
    if (ask) ask.open = true;
  }

  sound.addEventListener("timeupdate", () => show(sound.currentTime));
  if (place) take.dataset.marks = "";
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    const at = seconds * Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    show(at);
    sound.currentTime = at;
    mark(at);
  });
  take.mark = () => mark(sound.currentTime);
  take.toggle = () => (sound.paused ? sound.play() : sound.pause());
}

const keyed = document.querySelector("[data-keys]");

if (keyed) {
  const off = keyed.querySelector("[data-keys-off]");
  let on = allow(OFF);

  function tell() {
    document.body.classList.toggle("keyed", on);
    off.checked = !on;
  }

  off.closest(".keys").dataset.works = "";
  off.addEventListener("change", () => {
    on = !off.checked;
    try {
      localStorage.setItem(OFF, on ? "no" : "yes");
    } catch {
      // Then they are off for this page alone.
    }
    tell();
  });
  tell();

  addEventListener("keydown", (event) => {
    if (!on || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    const key = event.key.toLowerCase();
    if (key === "p" && keyed.toggle) keyed.toggle();
    else if (key === "m" && keyed.mark) keyed.mark();
    else if (key === "r") {
      keyed.querySelector(".ask").open = true;
      keyed.querySelector(".ask textarea, .ask input:not([type=hidden])").focus();
    } else {
      const wanted = keyed.querySelector(`[data-key="${CSS.escape(key)}"]`);
      if (!wanted) return;
      wanted.click();
    }
    event.preventDefault();
  });
}
