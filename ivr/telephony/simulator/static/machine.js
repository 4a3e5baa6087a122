// Executes replies as a provider does. Pure: what happens comes in with its time, what is to be done goes out.
// `interpreter.py` is the same in the terminal; the conformance cases hold the two to each other.

import { legParams, wholeSeconds } from "./leg.js";
import { Patience } from "./patience.js";
import { readReply, UnreadableReply } from "./twiml.js";

const MOST_BYTES = 64 * 1024;
export class Call {
  #opening;
  #out = [];
  #now = 0;
  #url = "";
  #steps = [];
  #sounds = [];
  #gather = null;
  #record = null;
  #dial = null;
  #keys = "";
  #fetches = 0;
  #plays = 0;
  #patience = new Patience();
  #fallbackUsed = false;
  #answeredAt = null;
  #heard = false;
  #leaving = false;

  constructor(opening) {
    this.#opening = opening;
    this.phase = "new";
    this.due = null;
    if (opening.rung) this.#answeredAt = 0;
  }

  // What is to be done now that `event` has happened, `now` seconds into the call.
  step(event, now) {
    this.#out = [];
    this.#now = now;
    if (this.phase !== "over") this.#happened(event);
    return this.#out;
  }

  #happened(event) {
    const { phase } = this;
    switch (event.what) {
      case "begin":
        if (this.#opening.joins && !this.#opening.voiceUrl) return this.#documentEnded();
        return this.#fetch(this.#opening.voiceUrl, "POST", []);
      case "replied":
        return this.#isAwaited(event.fetch) && this.#read(event);
      case "unreachable":
        return this.#isAwaited(event.fetch) &&
          this.#fail("11205", "unreachable", "The hotline did not answer in time");
      case "clip-ended":
        return phase === "sounding" && event.play === this.#plays && this.#nextSound();
      case "clip-broken":
        return phase === "sounding" && event.play === this.#plays && this.#clipBroken();
      case "key":
        return this.#key(event.key);
      case "time":
        return this.due !== null && this.#now >= this.due - 1e-6 && this.#timeIsUp();
      case "recording-kept":
        return (phase === "recording" || phase === "keeping") && this.#recorded(event);
      case "party-answered":
        return phase === "dialling" && this.#wait("talking", this.#dial.limit);
      case "party-ended":
        return (phase === "dialling" || phase === "talking") && this.#dialled(event.outcome);
      case "hung-up":
        return this.#callerLeft();
      case "sent-elsewhere":
        if (phase === "keeping") return undefined;
        this.#dropWhatRuns();
        return this.#fetch(this.#address(event.url), "POST", []);
      case "ended-by-hotline":
        this.#dropWhatRuns();
        return this.#end(this.#answeredAt !== null ? "completed" : "canceled");
      default:
        throw new Error(`unknown event ${event.what}`);
    }
  }

  // Replies

  #isAwaited(fetch) {
    return this.phase === "fetching" && fetch === this.#fetches;
  }

  #address(url) {
    return this.#url ? new URL(url || this.#url, this.#url).href : url;
  }

  #fetch(url, method, extra) {
    if (this.#patience.isOver(this.#now)) {
      this.#trouble("endless-replies", "The replies only send to one another, without end.");
      this.#end("failed");
      return;
    }
    this.#fetches += 1;
    const [address, tries = ""] = url.split("#", 2);
    this.#url = address;
    this.phase = "fetching";
    this.due = null;
    this.#do("fetch", { fetch: this.#fetches, method, url: address, params: this.#params(extra), tries });
  }

  #fetchAction(action, method, extra) {
    this.#fetch(this.#address(action), method, extra);
  }

  #read(reply) {
    const kind = reply.contentType.split(";", 1)[0].trim().toLowerCase();
    if (reply.status < 200 || reply.status >= 300) {
      this.#fail("11200", "error-reply", `The hotline answered with an error (${reply.status})`);
    } else if (new TextEncoder().encode(reply.body).length > MOST_BYTES) {
      this.#fail("11750", "reply-too-large", "The reply is larger than 64 kB");
    } else if (kind !== "text/xml" && kind !== "application/xml") {
      this.#fail("12300", "wrong-content-type", `The reply is ${kind || "of no type"}, not XML`);
    } else {
      this.#readSteps(reply.body);
    }
  }

  #readSteps(body) {
    let read;
    try {
      read = readReply(body);
    } catch (error) {
      if (!(error instanceof UnreadableReply)) throw error;
      this.#fail("12100", "unreadable-reply", "The reply can't be read");
      return;
    }
    for (const problem of read.problems) this.#do("trouble", problem);
    this.#steps = read.steps;
    this.#nextStep();
  }

  #fail(error, code, text) {
    this.#trouble(code, `${text}.`);
    if (this.#opening.fallbackUrl && !this.#fallbackUsed) {
      this.#fallbackUsed = true;
      this.#fetch(this.#opening.fallbackUrl, "POST", [["ErrorCode", error], ["ErrorUrl", this.#url]]);
    } else {
      this.#end("failed");
    }
  }

  // Steps

  #nextStep() {
    this.#gather = this.#record = this.#dial = null;
    const step = this.#steps.shift();
    if (!step) return this.#documentEnded();
    if (step.verb === "reject") return this.#reject(step);
    // Sending on is the one step that leaves a ringing call ringing, so it can still be refused.
    if (this.#answeredAt === null && step.verb !== "redirect") {
      this.#answeredAt = this.#now;
      this.#do("answered");
    }
    switch (step.verb) {
      case "clip":
      case "spoken":
      case "rest":
        this.#sounds = [step];
        return this.#nextSound();
      case "gather":
        this.#gather = step;
        this.#keys = "";
        this.#sounds = [...step.sounds];
        this.#do("listening", { clips: step.sounds.map((s) => (s.verb === "clip" ? this.#address(s.url) : "")) });
        return this.#nextSound();
      case "record":
        this.#record = step;
        this.#keys = "";
        this.#do("start-recording", { silence: step.timeout, mostSeconds: step.mostSeconds, beep: step.beep });
        return this.#wait("recording", step.mostSeconds);
      case "dial":
        return this.#startDialling(step);
      case "redirect":
        return this.#fetchAction(step.url, step.method, []);
      default:
        return this.#endSaid();
    }
  }

  #documentEnded() {
    if (this.#opening.joins) {
      this.phase = "joined";
      this.due = null;
      this.#do("join");
    } else {
      this.#endSaid();
    }
  }

  #reject(step) {
    if (this.#answeredAt === null) {
      this.#end(step.reason === "busy" ? "busy" : "no-answer");
    } else {
      this.#trouble("late-reject", "A call that has been answered can't be refused.");
      this.#end("completed");
    }
  }

  #endSaid() {
    if (!this.#heard) this.#trouble("bare-hang-up", "The call was ended with nothing said.");
    this.#end("completed");
  }

  // Sounds and keys

  #nextSound() {
    const sound = this.#sounds.shift();
    if (!sound) return this.#soundsEnded();
    if (sound.verb === "rest") return this.#wait("sounding", sound.seconds);
    this.#heard = true;
    if (sound.verb === "spoken") {
      this.#do("speak", { text: sound.text, seconds: sound.seconds });
      return this.#wait("sounding", sound.seconds);
    }
    this.#plays += 1;
    this.phase = "sounding";
    this.due = null;
    return this.#do("play", { play: this.#plays, url: this.#address(sound.url) });
  }

  #clipBroken() {
    this.#trouble("missing-clip", "A clip can't be had, so the caller hears a gap.");
    this.#nextSound();
  }

  #soundsEnded() {
    if (!this.#gather) return this.#nextStep();
    this.#do("waiting", { seconds: this.#gather.timeout });
    return this.#wait("waiting", this.#gather.timeout);
  }

  #key(key) {
    if (this.phase === "recording") {
      if (this.#record.finishOnKey.includes(key)) {
        this.#keys = key;
        this.#stopRecording();
      }
    } else if (this.#gather && (this.phase === "sounding" || this.phase === "waiting")) {
      this.#keyGathered(key);
    }
  }

  #keyGathered(key) {
    if (this.phase === "sounding") {
      this.#sounds = [];
      this.#do("stop-sound");
    }
    if (this.#gather.finishOnKey.includes(key)) return this.#gathered();
    this.#keys += key;
    if (this.#keys.length === this.#gather.mostDigits) return this.#gathered();
    return this.#wait("waiting", this.#gather.timeout);
  }

  #gathered() {
    const gather = this.#gather;
    this.#heard = false;
    if (!this.#keys) this.#do("nothing-keyed");
    if (this.#keys || gather.onEmpty) {
      this.#fetchAction(gather.action, gather.method, [["Digits", this.#keys]]);
    } else {
      this.#nextStep();
    }
  }

  // Recording

  #stopRecording() {
    this.phase = "keeping";
    this.due = null;
    this.#do("stop-recording");
  }

  #recorded(kept) {
    const record = this.#record;
    this.#heard = false;
    const at = this.#address(record.action);
    const ready = record.onReady ? this.#address(record.onReady) : "";
    if (!kept.seconds) {
      if (ready && record.tellsAbsence) {
        this.#notify(ready, [["RecordingSid", kept.sid], ["RecordingStatus", "absent"]]);
      }
      return this.#leaving ? this.#end("completed") : this.#nextStep();
    }
    const about = [["RecordingUrl", kept.url], ["RecordingSid", kept.sid]];
    const length = ["RecordingDuration", String(kept.seconds)];
    const digits = this.#leaving ? "hangup" : this.#keys;
    const extra = digits ? [...about, length, ["Digits", digits]] : [...about, length];
    if (this.#leaving) {
      this.#notify(at, extra, "completed");
    } else {
      this.#fetch(at, record.method, extra);
    }
    if (ready) this.#notify(ready, [...about, ["RecordingStatus", "completed"], length]);
    return this.#leaving && this.#end("completed");
  }

  // Dialling
  #startDialling(step) {
    this.#dial = step;
    const fromHere = (url) => (url ? this.#address(url) : "");
    const parties = step.parties.map((p) => [p.number, fromHere(p.whisper), fromHere(p.statusUrl), p.statusEvents]);
    this.#do("start-dialling", { parties, callerId: step.callerId, seconds: step.timeout });
    if (parties.length) return this.#wait("dialling", step.timeout);
    return this.#dialled("failed");
  }

  #dialled(outcome) {
    const dial = this.#dial;
    this.#heard = false;
    if (dial.action) return this.#fetchAction(dial.action, dial.method, this.#aboutDial(outcome));
    return this.#nextStep();
  }

  #aboutDial(outcome) {
    const status = [["DialCallStatus", outcome]];
    return outcome === "completed" ? [...status, ["DialCallDuration", String(this.#talked())]] : status;
  }

  #talked() {
    if (this.phase !== "talking") return 0;
    return wholeSeconds(this.#now - (this.due - this.#dial.limit));
  }

  // Time, and the end

  #wait(phase, seconds) {
    this.phase = phase;
    this.due = this.#now + seconds;
  }

  #timeIsUp() {
    switch (this.phase) {
      case "sounding":
        return this.#nextSound();
      case "waiting":
        return this.#gathered();
      case "recording":
        return this.#stopRecording();
      default:
        this.#do("stop-dialling");
        return this.#dialled(this.phase === "dialling" ? "no-answer" : "completed");
    }
  }

  #dropWhatRuns() {
    const stop = {
      sounding: "stop-sound", dialling: "stop-dialling", talking: "stop-dialling", recording: "stop-recording",
    }[this.phase];
    if (stop) this.#do(stop);
    this.#sounds = [];
  }

  #callerLeft() {
    if (this.phase === "recording" || this.phase === "keeping") {
      this.#leaving = true;
      if (this.phase === "recording") this.#stopRecording();
      return;
    }
    const outcome = this.phase === "talking" ? "completed" : "canceled";
    this.#dropWhatRuns();
    if ((this.phase === "dialling" || this.phase === "talking") && this.#dial.action) {
      this.#notify(this.#address(this.#dial.action), this.#aboutDial(outcome), "completed");
    }
    // The provider calls an early hang-up "no-answer", not "canceled".
    this.#end(this.#answeredAt !== null ? "completed" : "no-answer");
  }

  #end(outcome) {
    this.phase = "over";
    this.due = null;
    const seconds = this.#answeredAt === null ? 0 : wholeSeconds(this.#now - this.#answeredAt);
    if (this.#opening.statusUrl) {
      const extra = [["CallDuration", String(seconds)], ["SequenceNumber", "0"]];
      this.#notify(this.#opening.statusUrl, extra, outcome);
    }
    this.#do("ended", { outcome, seconds });
  }

  #notify(url, extra, status = "") {
    this.#do("notify", { url, params: this.#params(extra, status) });
  }

  #trouble(code, text) {
    this.#do("trouble", { code, text });
  }

  #do(what, about = {}) {
    this.#out.push({ do: what, ...about });
  }

  #params(extra, status = "") {
    const underWay = this.#answeredAt === null ? "ringing" : "in-progress";
    return [...legParams(this.#opening, status || underWay), ...extra];
  }
}
