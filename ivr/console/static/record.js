// The page on which scripts are recorded, one at a time. What is recorded is in `record-sound.js`, what becomes of it in
// `record-takes.js`. Without this the page says what to record, and takes files.

(() => {
  const room = document.querySelector("[data-room]");
  const {by, language, voice} = room.dataset;
  const COUNT = 3;
  const BEFORE = 1000; // Recorded before "speak now": what the room sounds like without a voice.
  const AFTER = 300; // Recorded after "stop": whoever presses a key is often still speaking.
  const IDLE = 2 * 60_000;
  const TOO_QUIET = -42;
  const NO_SOUND = -90;
  const SHORTEST = 0.4;
  const FLOOR = -60;

  const part = (name) => room.querySelector(`[data-part="${name}"]`);
  const parts = (name) => room.querySelectorAll(`[data-part="${name}"]`);
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  let state = "ready";
  let script = {...part("script").dataset, longest: Number(part("script").dataset.longest)};
  let scripts = [];
  let microphone = null;
  let end = null;
  let take = null;
  let turn = 0;
  let idle = 0;
  let clock = 0;

  // What is shown

  function show(next) {
    state = next;
    room.dataset.state = next;
    for (const button of room.querySelectorAll("[data-in]")) {
      button.hidden = !button.dataset.in.split(" ").includes(next);
    }
    const main = room.querySelector(".deeds .main-deed:not([hidden])");
    // The keyboard must not stay on a button that is gone; nor come, by itself, onto one that decides something.
    const first = next === "made" ? room.querySelector('[data-deed="listen"]') : main;
    if (document.activeElement === document.body) first?.focus({preventScroll: true});
  }

  function say(...names) {
    for (const one of room.querySelectorAll("[data-say]")) one.hidden = !names.includes(one.dataset.say);
  }

  function warn(name) {
    for (const one of part("warnings").children) {
      const hidden = one.dataset.warning !== name;
      if (one.hidden !== hidden) one.hidden = hidden;
    }
  }

  function time(seconds) {
    return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  }

  // Recording

  const TROUBLES = {
    NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing",
    NotReadableError: "busy", AbortError: "busy",
  };

  async function record() {
    if (!["ready", "made", "kept"].includes(state)) return;
    const mine = ++turn;
    clearTimeout(idle);
    player().pause();
    await forgetUndecided();
    say();
    show("asking");
    try {
      if (!microphone?.isOpen) microphone = await warmlineSound.open();
    } catch (error) {
      if (mine !== turn) return;
      say(TROUBLES[error.name] ?? "unable");
      show("ready");
      return;
    }
    // Whoever has turned to another script while the browser asked has to press Record there.
    if (mine !== turn || !await count(mine)) return;
    await listenUntilStopped();
  }

  async function count(mine) {
    show("counting");
    part("text").scrollIntoView({block: "center"});
    for (let left = COUNT; left > 0; left -= 1) {
      part("count").textContent = part("spoken").textContent = String(left);
      if (left === 1) end = await microphone.record(room.dataset.worklet);
      await pause(BEFORE);
      if (mine !== turn) {
        part("count").textContent = "";
        return false;
      }
    }
    part("count").textContent = "";
    return true;
  }

  async function listenUntilStopped() {
    const began = performance.now();
    const heard = {loudest: -120, clipped: 0, quietSince: began};
    show("recording");
    part("spoken").textContent = part("spoken").dataset.speak;
    part("clock").textContent = time(0);
    microphone.track.onended = () => stop("taken");
    microphone.listen((now) => meter(now, heard));
    clock = setInterval(() => {
      const seconds = (performance.now() - began) / 1000;
      part("clock").textContent = time(seconds);
      if (seconds >= script.longest) stop("longest");
    }, 200);
  }

  function meter({peak, level, clips}, heard) {
    const now = performance.now();
    part("bar").style.inlineSize = `${Math.max(0, Math.min(100, (1 - peak / FLOOR) * 100))}%`;
    part("level").dataset.loud = clips ? "yes" : "";
    heard.loudest = Math.max(heard.loudest, level);
    if (clips) heard.clipped = now;
    if (level > TOO_QUIET) heard.quietSince = now;
    if (heard.clipped && now - heard.clipped < 2500) warn("loud");
    else if (now - heard.quietSince > 2500) warn(heard.loudest < NO_SOUND ? "dead" : "quiet");
    else warn("");
  }

  async function stop(why = "") {
    if (state === "counting") {
      turn += 1;
      if (end) await end();
      end = null;
      microphone.stopListening();
      show("ready");
      return;
    }
    if (state !== "recording") return;
    show("finishing");
    clearInterval(clock);
    await pause(why === "taken" ? 0 : AFTER);
    microphone.stopListening();
    microphone.track.onended = null;
    warn("");
    idle = setTimeout(release, IDLE);
    const made = await end();
    end = null;
    await hear(made, why);
  }

  function release() {
    microphone?.close();
    microphone = null;
  }

  // What was recorded: written down at once, then listened to, then kept or made again

  async function hear({sound, kind}, why) {
    take = {
      id: warmlineTakes.newId(), by, language, voice, prompt: script.prompt, fingerprint: script.fingerprint,
      number: script.number, name: `${script.prompt}.${kind.split(/[/;]/)[1] ?? "webm"}`, kind, sound, at: Date.now(), kept: false,
    };
    const isKept = await warmlineTakes.put(take);
    await play();
    if (take && take.seconds !== null && take.seconds < SHORTEST) {
      await forgetUndecided();
      say("nothing");
      show("ready");
      return;
    }
    say(...[why, isKept ? "" : "full"].filter(Boolean));
    show("made");
    player().play().catch(() => {});
  }

  function player() {
    return part("player");
  }

  async function play() {
    if (player().src) URL.revokeObjectURL(player().src);
    let heard = {sound: take.sound, seconds: null};
    let kind = take.kind;
    try {
      heard = await warmlineSound.asOnThePhone(take.sound);
      kind = "audio/wav";
    } catch {
      // A browser that records what it can't read back plays it as it is.
    }
    take.seconds = heard.seconds;
    player().src = URL.createObjectURL(new Blob([heard.sound], {type: kind}));
  }

  function listen() {
    if (state !== "made" && state !== "kept") return;
    player().currentTime = 0;
    player().play();
  }

  async function keep() {
    if (state !== "made" || !take) return;
    player().pause();
    take.kept = true;
    const isKept = await warmlineTakes.put(take);
    navigator.storage?.persist?.();
    say(isKept ? "kept" : "full");
    const listed = scripts[place()];
    if (listed) listed.due = false;
    show("kept");
    steps();
    sender.now();
  }

  async function forgetUndecided() {
    if (take && !take.kept) await warmlineTakes.drop(take.id);
    take = null;
  }

  // One script after the other, without loading a page: the line may be slow, or gone

  function place() {
    return scripts.findIndex((one) => one.prompt === script.prompt);
  }

  // Back to the one before; on to the next that has to be recorded, beginning anew after the last.
  function at(step) {
    const here = place();
    if (step < 0) return scripts[here - 1];
    return [...scripts.slice(here + 1), ...scripts.slice(0, here)].find((one) => one.due) ?? scripts[here + 1];
  }

  async function go(step, event) {
    const to = at(step);
    if (!to) return;
    event?.preventDefault();
    await turnTo(to);
  }

  async function turnTo(to) {
    if (state === "recording" || state === "finishing") return;
    if (state === "counting") await stop();
    turn += 1;
    player().pause();
    take = null;
    say();
    script = to;
    fill();
    history.replaceState(null, "", addressOf(to));
    await resume();
    part("title").focus({preventScroll: true});
    scrollTo({top: 0});
    refresh();
    sender.now();
  }

  function addressOf(to) {
    return `${room.dataset.page}?${new URLSearchParams({language, voice, prompt: to.prompt})}`;
  }

  function fill() {
    part("text").textContent = script.text;
    const words = {...script, before: said(script.before), after: said(script.after)};
    for (const name of ["direction", "number", "aim", "before", "after", "words"]) {
      part(name).textContent = words[name];
      const whole = part(name).closest("[data-whole]");
      if (whole) whole.hidden = !words[name];
    }
    for (const field of room.querySelectorAll("[data-of-script]")) field.value = script[field.dataset.ofScript];
    steps();
  }

  function said(prompt) {
    return scripts.find((one) => one.prompt === prompt)?.text ?? "";
  }

  function steps() {
    for (const [step, name] of [[-1, "previous"], [1, "next"]]) {
      const to = at(step);
      for (const link of parts(name)) {
        link.href = to ? addressOf(to) : "#";
        link.classList.toggle("over", !to);
        link.toggleAttribute("aria-disabled", !to);
      }
    }
    part("which").value = script.prompt;
  }

  // A take that nobody had decided on when the page was closed is still here.
  async function resume() {
    const left = (await warmlineTakes.all()).filter((one) => one.by === by && one.language === language);
    take = left.findLast((one) => !one.kept && one.prompt === script.prompt) ?? null;
    if (!take) {
      show("ready");
      return;
    }
    await play();
    say("found");
    show("made");
  }

  // What the hotline knows

  async function load() {
    const query = new URLSearchParams({language, voice});
    const answer = await fetch(`${room.dataset.scripts}?${query}`, {redirect: "manual"});
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    const told = await answer.json();
    scripts = told.scripts;
    document.querySelector(".heading .lead").textContent = told.progress;
    choose();
    return told.token;
  }

  function choose() {
    const which = part("which");
    which.replaceChildren(...scripts.map((one) => new Option(`${one.sign} ${one.number} · ${one.prompt}`, one.prompt)));
    which.closest("[hidden]")?.removeAttribute("hidden");
    steps();
  }

  let asking = 0;
  async function refresh(wait = 1500) {
    clearTimeout(asking);
    const wanted = script.prompt;
    try {
      const query = new URLSearchParams({language, prompt: wanted});
      const answer = await fetch(`${room.dataset.takes}?${query}`, {headers: {"X-Warmline-Here": "no"}, redirect: "manual"});
      if (answer.ok && wanted === script.prompt) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
        const now = part("takes").firstElementChild;
        const isPlaying = [...now.querySelectorAll("audio")].some((one) => !one.paused);
        if (!isPlaying && !now.isEqualNode(fresh)) now.replaceWith(document.importNode(fresh, true));
      }
    } catch {
      // It is asked again, or stands there after the next loading.
    }
    const isUnderWay = part("takes").querySelector("[data-under-way]");
    if (isUnderWay && !document.hidden) asking = setTimeout(() => refresh(Math.min(15_000, wait * 1.5)), wait);
  }

  function told({sent, waiting, refused, others, undecided, sending, trouble}) {
    if (sent) {
      if (sent.prompt === script.prompt) {
        if (state === "kept") say("sent");
        refresh();
      }
      return;
    }
    const line = part("waiting");
    const open = undecided?.find((one) => one.language === language && one.prompt !== script.prompt);
    line.hidden = !waiting && !others && !open;
    line.querySelector('[data-line="undecided"]').hidden = !open;
    if (open) {
      part("undecided").href = addressOf(open);
      part("undecided").textContent = `${open.number} · ${open.prompt}`;
    }
    for (const [name, shown] of [["some", waiting], ["others", others]]) {
      const place = line.querySelector(`[data-line="${name}"]`);
      place.hidden = !shown;
      place.querySelector("b").textContent = String(shown);
    }
    const kinds = {sending: Boolean(sending), out: trouble === "out", closed: trouble === "closed", unreached: trouble === "unreached"};
    for (const [name, shown] of Object.entries(kinds)) line.querySelector(`[data-line="${name}"]`).hidden = !shown;
    savings(refused);
  }

  // What the hotline doesn't take can be saved on the device: it stays here until somebody has decided.
  function savings(refused) {
    part("refused").hidden = !refused.length;
    const list = part("refused").querySelector("ul");
    for (const link of list.querySelectorAll("a")) URL.revokeObjectURL(link.href);
    list.replaceChildren(...refused.map((one) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([one.sound], {type: one.kind}));
      link.download = one.name;
      link.textContent = `${one.number} · ${one.prompt}`;
      const forget = document.createElement("button");
      forget.type = "button";
      forget.className = "deed small";
      forget.textContent = part("refused").dataset.forget;
      forget.onclick = () => warmlineTakes.drop(one.id).then(() => sender.now());
      item.append(link, " ", forget);
      return item;
    }));
  }

  const sender = new warmlineTakes.Sender({
    by, address: room.dataset.send, token: room.dataset.token, fresh: load, tell: told,
  });

  // Keys: none needs a letter, which are elsewhere on each keyboard

  const KEYS = {
    " ": () => (state === "recording" || state === "counting" ? stop() : record()),
    1: keep,
    2: () => state === "made" && record(),
    3: () => go(1),
    4: listen,
    ArrowLeft: () => go(document.dir === "rtl" ? 1 : -1),
    ArrowRight: () => go(document.dir === "rtl" ? -1 : 1),
    Escape: () => stop(),
  };

  function key(event) {
    if (!part("keys").checked || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.target.closest("input, select, textarea, audio, [contenteditable]")) return;
    if (event.key === " " && event.target.closest("button, a, summary")) return;
    const deed = KEYS[event.key] ?? KEYS[/^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1]];
    if (!deed) return;
    event.preventDefault();
    deed();
  }

  function remember() {
    try {
      part("keys").checked = localStorage.getItem("warmline-keys") !== "no";
      part("keys").onchange = () => localStorage.setItem("warmline-keys", part("keys").checked ? "yes" : "no");
    } catch {
      // A browser that remembers nothing has the keys switched on.
    }
  }

  async function begin() {
    const deeds = {record, stop: () => stop(), keep, again: record, listen, sendNow: () => sender.now()};
    for (const [name, deed] of Object.entries(deeds)) {
      for (const button of room.querySelectorAll(`[data-deed="${name}"]`)) button.onclick = () => deed();
    }
    for (const [step, name] of [[-1, "previous"], [1, "next"]]) {
      for (const link of parts(name)) link.addEventListener("click", (event) => go(step, event));
    }
    part("which").onchange = () => turnTo(scripts.find((one) => one.prompt === part("which").value));
    document.addEventListener("keydown", key);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
    addEventListener("pagehide", release);
    remember();
    for (const place of room.querySelectorAll("[data-with-script]")) place.hidden = false;
    await resume();
    sender.now();
    refresh();
    // What can be seen comes first: the line may be slow.
    if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done, {once: true}));
    load().catch(() => {});
  }

  begin();
})();
