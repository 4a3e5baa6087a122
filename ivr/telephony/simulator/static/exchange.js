// The exchange, as this page sees it: who rings, and what others want of the call.

export class Exchange {
  async look(number, call) {
    const response = await fetch(`/telephone/rings?${new URLSearchParams({ number, call })}`);
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
      const response = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(document),
      });
      return response.ok;
    } catch {
      return false;
    }
  }
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
