// The telephone: at rest, rung, or in a call.

import { newCallId } from "./exchange.js";
import { legParams } from "./leg.js";
import { LiveCall } from "./livecall.js";

const LOOK_EVERY = 1000;

export class Phone {
  #hotline;
  #house;
  #changed;
  #looking = false;

  // `hotline`: account, voiceUrl, fallbackUrl, statusUrl. `house`: wire, exchange, sound, recorder, transcript.
  constructor(hotline, house, changed) {
    this.#hotline = hotline;
    this.#house = { ...house, changed: () => this.#settle() };
    this.#changed = changed;
    this.number = "";
    this.live = null;
    this.ring = null;
  }

  get state() {
    if (this.live) return this.live.answered ? "talking" : "calling";
    return this.ring ? "rung" : "at rest";
  }

  start() {
    setInterval(() => this.#look(), LOOK_EVERY);
    window.addEventListener("pagehide", () => this.live && this.#house.exchange.leaveAtOnce(this.live.sid));
  }

  call(line, hidden) {
    if (this.state !== "at rest") return;
    this.#house.sound.allow();
    const sid = newCallId();
    const fromNumber = hidden ? "anonymous" : this.number;
    this.#house.exchange.begin({ id: sid, from: fromNumber, to: line });
    const { account, voiceUrl, fallbackUrl, statusUrl } = this.#hotline;
    this.#begin({ sid, account, fromNumber, toNumber: line, voiceUrl, fallbackUrl, statusUrl, rung: false, joins: false });
  }

  async answer() {
    const ring = this.ring;
    if (!ring) return;
    this.#house.sound.allow();
    this.#stopRinging();
    if (!(await this.#house.exchange.tell(ring.id, "answer"))) {
      this.#house.transcript.add(0, "call", "The other side has hung up.");
      this.#changed();
      return;
    }
    this.#begin(this.#openingOf(ring));
  }

  press(key) {
    this.#house.sound.allow();
    this.#house.sound.key(key);
    this.live?.press(key);
  }

  hangUp() {
    if (this.live) this.live.hangUp();
    else if (this.ring) this.#refuse(this.ring);
  }

  #begin(opening) {
    this.live = new LiveCall(opening, this.#house);
    this.live.begin();
    this.#changed();
  }

  #settle() {
    if (this.live?.phase === "over") this.live = null;
    this.#changed();
  }

  async #refuse(ring) {
    if (ring.id === this.ring?.id) this.#stopRinging();
    if (await this.#house.exchange.tell(ring.id, "refuse")) this.#tellHotline(ring, "busy");
  }

  async #giveUp(ring) {
    if (await this.#house.exchange.tell(ring.id, "give-up")) {
      this.#tellHotline(ring, ring.hang_up ? "canceled" : "no-answer");
    }
  }

  // Of a call that the hotline has placed or dialled, it hears how it went, answered or not.
  #tellHotline(ring, outcome) {
    if (!ring.status_url) return;
    const told = [...legParams(this.#openingOf(ring), outcome), ["CallDuration", "0"], ["SequenceNumber", "0"]];
    this.#house.wire.notify(ring.status_url, told);
  }

  #openingOf(ring) {
    return {
      sid: ring.id,
      account: this.#hotline.account,
      fromNumber: ring.from_number,
      toNumber: ring.to_number,
      voiceUrl: ring.voice_url,
      fallbackUrl: this.#hotline.fallbackUrl,
      statusUrl: ring.status_url,
      rung: true,
      joins: ring.kind === "dialled",
      parent: ring.dialled_by,
    };
  }

  async #look() {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const seen = await this.#house.exchange.look(this.number, this.live?.sid ?? "");
      if (seen) this.#hear(seen);
    } catch {
      // The hotline is away for a moment; the next look comes in a second.
    } finally {
      this.#looking = false;
    }
  }

  #hear(seen) {
    // What was seen may be older than the answer to it: the call that is being talked on rings no more.
    const ringing = seen.rings.filter((ring) => !ring.in_vain && ring.id !== this.live?.sid);
    for (const ring of seen.rings) if (ring.in_vain) this.#giveUp(ring);
    if (this.live) {
      for (const ring of ringing) this.#refuse(ring);
      this.live.hear(seen);
    } else if (this.ring && !ringing.some((ring) => ring.id === this.ring.id)) {
      this.#house.transcript.add(0, "call", "It stopped ringing.");
      this.#stopRinging();
    } else if (!this.ring && ringing.length) {
      this.ring = ringing[0];
      this.#house.sound.startBell();
      this.#changed();
    }
  }

  #stopRinging() {
    this.ring = null;
    this.#house.sound.stopBell();
    this.#changed();
  }
}
