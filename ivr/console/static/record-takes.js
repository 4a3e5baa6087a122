// Keeps takes in this browser until the hotline has them, and sends them. A take is written down before anything is sent
// and deleted after the hotline has named it as received, never before: so none is lost, and none is kept twice.

globalThis.warmlineTakes = (() => {
  const STORE = "takes";
  const FIRST_WAIT = 2000;
  const LONGEST_WAIT = 5 * 60_000;
  const PATIENCE = 10 * 60_000;
  // What a browser refuses to keep is held here for as long as the page is open.
  const held = new Map();
  let opened;

  function database() {
    opened ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open("warmline", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, {keyPath: "id"});
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    }).catch((error) => {
      opened = undefined;
      throw error;
    });
    return opened;
  }

  async function within(mode, deed) {
    const connection = await database();
    return await new Promise((resolve, reject) => {
      const transaction = connection.transaction(STORE, mode, {durability: "strict"});
      const asked = deed(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked?.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error("not kept"));
    });
  }

  // Raises nothing: says whether the browser keeps it beyond this page.
  async function put(take) {
    try {
      await within("readwrite", (store) => store.put(take));
      held.delete(take.id);
      return true;
    } catch {
      held.set(take.id, take);
      return false;
    }
  }

  async function drop(id) {
    held.delete(id);
    try {
      await within("readwrite", (store) => store.delete(id));
    } catch {
      // It was never written down.
    }
  }

  async function all() {
    let kept = [];
    try {
      kept = await within("readonly", (store) => store.getAll());
    } catch {
      // A browser that keeps nothing has nothing.
    }
    return [...kept.filter((take) => !held.has(take.id)), ...held.values()].sort((a, b) => a.at - b.at);
  }

  addEventListener("beforeunload", (event) => { if (held.size) event.preventDefault(); });

  function newId() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // Sends what one person has kept, one at a time. `tell` hears: {waiting, sending, trouble, sent}.
  class Sender {
    #by; #address; #fresh; #token; #tell; #timer = 0; #busy = false; #failed = 0; #trouble = "";

    constructor({by, address, token, fresh, tell}) {
      this.#by = by;
      this.#address = address;
      this.#token = token;
      this.#fresh = fresh;
      this.#tell = tell;
      addEventListener("online", () => this.now());
      document.addEventListener("visibilitychange", () => { if (!document.hidden) this.now(); });
    }

    now() {
      this.#failed = 0;
      clearTimeout(this.#timer);
      return this.#go();
    }

    async #go() {
      if (this.#busy) return;
      this.#busy = true;
      // Two open pages of one browser must not send the same take at once.
      const alone = navigator.locks
        ? (deed) => navigator.locks.request("warmline-takes", {ifAvailable: true}, async (lock) => lock && deed())
        : (deed) => deed();
      try {
        await alone(() => this.#sendAll());
      } finally {
        this.#busy = false;
      }
      await this.#say();
      const left = (await this.#waiting()).length;
      const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failed);
      clearTimeout(this.#timer);
      if (left) this.#timer = setTimeout(() => this.#go(), wait);
    }

    async #waiting() {
      return (await all()).filter((take) => take.kept && take.by === this.#by && !take.refused);
    }

    async #sendAll() {
      this.#trouble = "";
      const tried = new Set();
      for (let take; (take = (await this.#waiting()).find((one) => !tried.has(one.id)));) {
        tried.add(take.id);
        await this.#say(take);
        try {
          await this.#send(take);
          this.#failed = 0;
        } catch (error) {
          // Where others are sending it is soon one's own turn.
          this.#failed = error.busy ? 2 : this.#failed + 1;
          this.#trouble = error.message === "out" || error.message === "closed" ? error.message : "unreached";
          // What one take is answered with needn't be what the next one is; a line that is gone is gone for all.
          if (!error.answered) return;
        }
      }
    }

    async #send(take) {
      let answer = await this.#post(take);
      if (answer.status === 400 && !isOurs(answer)) {
        // The mark of the page is of a sign-in that is over; the one of now does.
        this.#token = await this.#fresh();
        answer = await this.#post(take);
      }
      if (answer.type === "opaqueredirect") throw new Error("out");
      if (answer.status === 403) throw new Error("closed");
      const told = isOurs(answer) ? await answer.json() : {};
      // Whatever stands between here and the hotline may answer as well: only the take's own name proves that it has it.
      if (answer.ok && told.upload_id === take.id) {
        await drop(take.id);
        this.#tell({sent: {...take, sound: null}, told});
      } else if (answer.status === 409 && told.refused) {
        // The hotline has another sound of this name: this one gets a name of its own, and goes up under that.
        await put({...take, id: newId()});
        await drop(take.id);
      } else if (told.refused || answer.status === 413) {
        await put({...take, refused: told.refused ?? "too_large"});
      } else {
        throw Object.assign(new Error(`answered ${answer.status}`), {answered: true, busy: answer.status === 503});
      }
    }

    #post(take) {
      const form = new FormData();
      for (const name of ["language", "prompt", "voice", "fingerprint"]) form.append(name, take[name]);
      form.append("upload_id", take.id);
      form.append("sound", new Blob([take.sound], {type: take.kind}), take.name);
      return fetch(this.#address, {
        method: "POST",
        body: form,
        headers: {Accept: "application/json", "X-CSRFToken": this.#token},
        redirect: "manual",
        signal: AbortSignal.timeout?.(PATIENCE),
      });
    }

    async #say(sending = null) {
      const found = await all();
      const takes = found.filter((take) => take.kept);
      const mine = takes.filter((take) => take.by === this.#by);
      this.#tell({
        waiting: mine.filter((take) => !take.refused).length,
        refused: mine.filter((take) => take.refused),
        others: takes.length - mine.length,
        undecided: found.filter((take) => !take.kept && take.by === this.#by),
        sending,
        trouble: sending ? "" : this.#trouble,
      });
    }
  }

  function isOurs(answer) {
    return answer.headers.get("Content-Type")?.startsWith("application/json") ?? false;
  }

  return {put, drop, all, newId, Sender};
})();
