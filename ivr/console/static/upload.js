// Sends files one request each, with progress, and again when the line breaks. Without this a form sends them all at once.

(() => {
  const place = document.querySelector("[data-upload]");
  const part = (name) => document.querySelector(`[data-part="${name}"]`);
  const word = (name) => place.querySelector(`[data-word="${name}"]`).textContent;
  const form = part("form");
  const list = part("results").querySelector("ul");
  const LONGEST_WAIT = 60_000;
  const STALLED = 60_000; // A line may be slow, but where nothing moves for so long it is gone.
  const waiting = [];
  let busy = false;

  const pause = (ms) => new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    }
    addEventListener("online", done);
  });

  function newId() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function add(file, path) {
    const row = part("row").content.firstElementChild.cloneNode(true);
    const [name, bar, said] = [row.querySelector("bdi"), row.querySelector("progress"), row.lastElementChild];
    name.textContent = path;
    bar.setAttribute("aria-label", path);
    list.append(row);
    const one = {id: newId(), file, path, row, bar, said};
    if (file.size > Number(place.dataset.largest)) {
      end(one, "refused", word("too-large"));
      return;
    }
    said.textContent = word("waits");
    waiting.push(one);
  }

  function end({row, bar, said}, kind, sentence) {
    row.className = kind;
    bar.remove();
    said.textContent = sentence;
  }

  async function sendAll() {
    if (busy) return;
    busy = true;
    for (let one; (one = waiting.shift());) await sendUntilTaken(one);
    busy = false;
    await settleAgain();
  }

  async function sendUntilTaken(one) {
    for (let tries = 0; ; tries += 1) {
      one.said.textContent = word("on-its-way");
      const answer = await send(one);
      // Whoever is answered before everything was sent may see a broken line only.
      if (answer.trouble === "unreached" && (await isSignedOut())) answer.trouble = "out";
      if (answer.files) {
        show(one, answer.files);
        return;
      }
      if (answer.trouble === "too-large" || answer.trouble === "refused") {
        end(one, "refused", word(answer.trouble));
        return;
      }
      one.said.textContent = word(answer.trouble);
      await pause(Math.min(LONGEST_WAIT, 2000 * 2 ** tries));
      if (answer.trouble === "out") await freshMark();
    }
  }

  function send(one) {
    return new Promise((resolve) => {
      const sent = new FormData(form);
      sent.delete("files");
      sent.set("upload_id", one.id);
      sent.set("path", one.path);
      sent.append("files", one.file, one.file.name);
      const request = new XMLHttpRequest();
      request.open("POST", place.dataset.address);
      request.setRequestHeader("Accept", "application/json");
      let watch = 0;
      const moves = (most = STALLED) => {
        clearTimeout(watch);
        watch = setTimeout(() => request.abort(), most);
      };
      request.upload.onprogress = (event) => {
        moves();
        if (event.lengthComputable) one.bar.value = (100 * event.loaded) / event.total;
      };
      request.upload.onload = () => moves(5 * STALLED); // It is being looked at, which takes a while for an archive.
      request.onload = () => resolve(read(request, one.id));
      request.onerror = request.onabort = () => resolve({trouble: "unreached"});
      request.onloadend = () => clearTimeout(watch);
      moves();
      request.send(sent);
    });
  }

  // Only an answer that names what was sent is ours; a sign-in page, or whatever stands between, doesn't.
  function read(request, id) {
    try {
      const told = JSON.parse(request.responseText);
      if (request.status === 200 && told.upload_id === id) return {files: told.files};
      return {trouble: "refused"};
    } catch {
      if (request.status === 413) return {trouble: "too-large"};
      if (request.status === 503) return {trouble: "busy"};
      if (request.status >= 500 || request.status === 0) return {trouble: "unreached"};
      return {trouble: request.status === 200 || request.status === 400 ? "out" : "refused"};
    }
  }

  async function isSignedOut() {
    try {
      return (await fetch(place.dataset.now, {redirect: "manual"})).type === "opaqueredirect";
    } catch {
      return false;
    }
  }

  async function freshMark() {
    try {
      const answer = await fetch(place.dataset.address, {redirect: "manual"});
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const mark of document.querySelectorAll("[name=csrf_token]")) {
        mark.value = fresh.querySelector("[name=csrf_token]").value;
      }
    } catch {
      // The next try says whether the line is back.
    }
  }

  function show(one, files) {
    if (files.length === 1) {
      end(one, files[0].kind, files[0].sentence);
      return;
    }
    // An archive: each of its files in a line of its own.
    for (const file of files) {
      const row = one.row.cloneNode(true);
      row.querySelector("bdi").textContent = `${one.path}: ${file.name}`;
      one.row.before(row);
      end({row, bar: row.querySelector("progress"), said: row.lastElementChild}, file.kind, file.sentence);
    }
    one.row.remove();
  }

  async function settleAgain() {
    try {
      const answer = await fetch(place.dataset.now, {redirect: "manual"});
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
      const now = part("to-settle").firstElementChild;
      // What somebody has begun to fill in stays as it is.
      const known = new Set([...now.querySelectorAll("li")].map((row) => row.id));
      if (!known.size || !fresh.querySelector("ul")) now.replaceWith(document.importNode(fresh, true));
      else for (const row of fresh.querySelectorAll("li")) if (!known.has(row.id)) now.querySelector("ul").append(document.importNode(row, true));
    } catch {
      // It stands there after the next loading.
    }
  }

  // Files, and folders with all that is in them, wherever they are dropped.

  async function entries(entry, path = "") {
    if (entry.isFile) return [[await new Promise((resolve, reject) => entry.file(resolve, reject)), path + entry.name]];
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) break;
      found.push(...some);
    }
    const inside = await Promise.all(found.filter((one) => !one.name.startsWith(".")).map((one) => entries(one, `${path}${entry.name}/`)));
    return inside.flat();
  }

  async function drop(event) {
    const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
    const found = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
    for (const one of found) {
      if (!one) continue;
      const files = one instanceof File ? [[one, one.name]] : await entries(one).catch(() => []);
      for (const [file, path] of files) add(file, path);
    }
    await sendAll();
  }

  for (const kind of ["dragover", "dragenter"]) {
    document.addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      form.classList.add("over-it");
    });
  }
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) form.classList.remove("over-it"); });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    form.classList.remove("over-it");
    drop(event);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const chosen = form.querySelector("[type=file]");
    for (const file of chosen.files) add(file, file.webkitRelativePath || file.name);
    chosen.value = "";
    sendAll();
  });
  addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });
  part("drop-hint").hidden = false;
})();
