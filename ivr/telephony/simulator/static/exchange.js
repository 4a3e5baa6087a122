// The exchange, as this page sees it: who rings, and what others want of the call.

export class Exchange {
  async look(number, call) {
    // Posted, so that no number ever stands in an address, and so in no server's log.
    const response = await send("/telephone/rings", { number, call });
    return response.ok ? response.json() : null;
  }

  begin(leg) {
    return this.#post("/telephone/legs", leg);
  }

  // True when it came in time.
  tell(leg, deed, about = {}) {
    return this.#post(`/telephone/legs/${leg}/${deed}`, about);
  }

  // The page is being closed: there is time for one word only.
  leaveAtOnce(leg) {
    navigator.sendBeacon(`/telephone/legs/${leg}/leave`);
  }

  async #post(url, document) {
    try {
      return (await send(url, document)).ok;
    } catch {
      return false;
    }
  }
}

function send(url, document) {
  const headers = { "Content-Type": "application/json" };
  return fetch(url, { method: "POST", headers, body: JSON.stringify(document) });
}

export function newCallId() {
  return `CA${randomHex()}`;
}

export function randomHex() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}

// What has become of the parties that a call dials: an event for the interpreter, or null while nothing has changed.
export function newsOfParties(parties, phase) {
  if (!parties.length) return null;
  const joined = parties.find((party) => party.was_joined);
  if (phase === "dialling" && joined) return { what: "party-answered" };
  if (phase === "talking" && joined?.state === "over") return { what: "party-ended", outcome: "completed" };
  if (phase === "dialling" && parties.every((party) => party.state === "over")) {
    return { what: "party-ended", outcome: parties.some((p) => p.outcome === "busy") ? "busy" : "no-answer" };
  }
  return null;
}
