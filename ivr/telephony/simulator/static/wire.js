// Posts signed webhooks as the provider does. The server signs; this page never sees the token.

const PATIENCE = 15000;

export class Wire {
  #publicUrl;
  #clips = new Map();

  constructor(publicUrl) {
    this.#publicUrl = publicUrl;
  }

  // Where an address of the hotline can be reached from this page, "" for an address of the world.
  reachable(url) {
    if (url.startsWith(`${this.#publicUrl}/`)) return url.slice(this.#publicUrl.length);
    return url.startsWith(`${location.origin}/`) ? url.slice(location.origin.length) : "";
  }

  // Asks for a reply; gives back the event that tells of the answer.
  async ask({ fetch: number, method, url, params }) {
    const query = new URLSearchParams(params).toString();
    const full = method === "GET" && query ? url + (url.includes("?") ? "&" : "?") + query : url;
    try {
      const response = await this.#send(method, full, method === "GET" ? [] : params);
      const body = await response.text();
      const contentType = response.headers.get("Content-Type") ?? "";
      return { what: "replied", fetch: number, status: response.status, contentType, body };
    } catch {
      return { what: "unreachable", fetch: number };
    }
  }

  async notify(url, params) {
    try {
      await this.#send("POST", url, params);
    } catch {
      // As with the provider: a notice that doesn't arrive is lost, and the hotline has to bear it.
    }
  }

  // What is said in a clip, or null; each clip is asked for once.
  aboutClip(url) {
    const sha = /\/([0-9a-f]{64})\.wav$/.exec(url)?.[1];
    if (!sha) return Promise.resolve(null);
    if (!this.#clips.has(sha)) {
      const asked = fetch(`/telephone/clips/${sha}`).then((r) => (r.ok ? r.json() : null), () => null);
      this.#clips.set(sha, asked);
    }
    return this.#clips.get(sha);
  }

  async #send(method, url, params) {
    const address = this.reachable(url);
    if (!address) throw new Error("an address of the world");
    const signature = await this.#sign(url, params);
    return fetch(address, {
      method,
      headers: signature ? { "X-Twilio-Signature": signature } : {},
      body: method === "GET" ? undefined : new URLSearchParams(params),
      signal: AbortSignal.timeout(PATIENCE),
    });
  }

  async #sign(url, params) {
    const response = await fetch("/telephone/sign", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ url, params }),
      signal: AbortSignal.timeout(PATIENCE),
    });
    return response.ok ? (await response.json()).signature : "";
  }
}
