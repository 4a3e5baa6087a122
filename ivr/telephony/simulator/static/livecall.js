// One call in this browser: the interpreter, joined to sound, microphone, webhooks and exchange in real time.

import { newCallId, newsOfParties } from "./exchange.js";
import { Call } from "./machine.js";

export class LiveCall {
  #opening;
  #house;
  #machine;
  #began = performance.now();
  #timer = 0;
  #told = Promise.resolve();
  #parties = [];
  #sentTo = "";

  // `house`: wire, exchange, sound, recorder, transcript, and `changed(what)`, called after everything that happens.
  constructor(opening, house) {
    this.#opening = opening;
    this.#house = house;
    this.#machine = new Call(opening);
    this.answered = opening.rung;
    this.connected = false;
    this.records = false;
  }

  get sid() {
    return this.#opening.sid;
  }

  get phase() {
    return this.#machine.phase;
  }

  get seconds() {
    return (performance.now() - this.#began) / 1000;
  }

  begin() {
    this.happen({ what: "begin" });
  }

  happen(event) {
    const at = this.seconds;
    for (const action of this.#machine.step(event, at)) {
      this.#house.transcript.hear(action, at);
      this.#do(action);
    }
    this.#keepTime();
    this.#house.changed();
  }

  press(key) {
    this.#house.transcript.add(this.seconds, "pressed", key);
    this.happen({ what: "key", key });
  }

  hangUp() {
    this.#house.transcript.add(this.seconds, "call", "You hang up.");
    this.happen({ what: "hung-up" });
  }

  // What the exchange says of this call.
  hear({ call, parties }) {
    if (call?.send_to && call.send_to !== this.#sentTo) {
      this.#sentTo = call.send_to;
      this.#house.exchange.tell(this.sid, "sent", { url: call.send_to });
      this.happen({ what: "sent-elsewhere", url: call.send_to });
    } else if (call && !call.send_to) {
      this.#sentTo = "";
    }
    if (call?.hang_up || (call?.state === "over" && this.phase === "joined")) {
      this.happen({ what: "ended-by-hotline" });
      return;
    }
    const news = newsOfParties(parties.filter((party) => this.#parties.includes(party.id)), this.phase);
    if (news) {
      this.connected = news.what === "party-answered";
      const words = this.connected ? "You are connected." : "Nobody is connected any more.";
      this.#house.transcript.add(this.seconds, "dialling", words);
      this.happen(news);
    }
  }

  #do(action) {
    const { wire, exchange, sound } = this.#house;
    switch (action.do) {
      case "fetch":
        return wire.ask(action).then((event) => this.happen(event));
      case "notify":
        return this.#tell(action);
      case "answered":
        this.answered = true;
        return undefined;
      case "play":
        return this.#play(action);
      case "stop-sound":
        return sound.stop();
      case "start-recording":
        return this.#record(action);
      case "stop-recording":
        return this.#house.recorder.stop();
      case "start-dialling":
        return this.#dial(action);
      case "stop-dialling":
        this.connected = false;
        return exchange.tell(this.sid, "stop-dialling");
      case "join":
        return this.#join();
      case "ended":
        sound.stop();
        return this.#told.then(() => exchange.tell(this.sid, "leave"));
      default:
        return undefined;
    }
  }

  // One after the other, as they were said.
  #tell({ url, params }) {
    this.#told = this.#told.then(() => this.#house.wire.notify(url, params));
  }

  #play({ play, url }) {
    const address = this.#house.wire.reachable(url) || url;
    this.#house.sound.play(address, (heard) => {
      this.happen({ what: heard ? "clip-ended" : "clip-broken", play });
    });
  }

  async #record(action) {
    this.records = true;
    const event = await this.#house.recorder.record(action, this.#house.sound, this.sid);
    this.records = false;
    if (event.noMicrophone) {
      this.#house.transcript.add(this.seconds, "recording", "There is no microphone, so nothing is recorded.");
    }
    this.happen(event);
  }

  async #dial({ parties, callerId, seconds }) {
    const legs = parties.map(([number, whisper, statusUrl, events]) => ({
      id: newCallId(),
      dialled_by: this.sid,
      from: callerId,
      to: number,
      voice_url: whisper,
      // A telephone page says only how a leg has ended.
      status_url: events.includes("completed") ? statusUrl : "",
      seconds,
    }));
    this.#parties = legs.map((leg) => leg.id);
    const rung = await Promise.all(legs.map((leg) => this.#house.exchange.begin(leg)));
    if (legs.length && !rung.includes(true)) this.happen({ what: "party-ended", outcome: "failed" });
    else if (this.phase !== "dialling") await this.#house.exchange.tell(this.sid, "stop-dialling");
  }

  async #join() {
    if (await this.#house.exchange.tell(this.sid, "join")) {
      this.connected = true;
      this.#house.transcript.add(this.seconds, "dialling", "You are connected.");
      this.#house.changed();
    } else {
      this.happen({ what: "ended-by-hotline" });
    }
  }

  #keepTime() {
    clearTimeout(this.#timer);
    const { due } = this.#machine;
    if (due === null) return;
    const wait = Math.max(0, (due - this.seconds) * 1000);
    this.#timer = setTimeout(() => this.happen({ what: "time" }), Math.min(wait, 2 ** 31 - 1));
  }
}
