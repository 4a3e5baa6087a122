// Reads a reply into steps. Pure. `reading.py` is the same for the terminal.

const MOST_LOOPS = 1000;

export class UnreadableReply extends Error {}

export function readReply(text) {
  if (text.toLowerCase().includes("<!doctype")) throw new UnreadableReply("it has a DOCTYPE");
  const root = new DOMParser().parseFromString(text, "application/xml").documentElement;
  if (root.querySelector("parsererror") || root.tagName !== "Response") throw new UnreadableReply(root.tagName);
  const problems = [];
  const steps = [...root.children].flatMap((element) => readStep(element, problems));
  return { steps, problems };
}

function readStep(element, problems) {
  switch (element.tagName) {
    case "Play":
    case "Say":
    case "Pause":
      return readSounds(element, problems);
    case "Gather":
      return [readGather(element, problems)];
    case "Record":
      return [readRecord(element)];
    case "Dial":
      return [readDial(element, problems)];
    case "Redirect":
      return [{ verb: "redirect", url: words(element), method: method(element) }];
    case "Reject":
      return [{ verb: "reject", reason: attribute(element, "reason", "rejected") }];
    case "Hangup":
      return [{ verb: "hangup" }];
    default:
      problems.push(unknown(element.tagName));
      return [];
  }
}

function readSounds(element, problems) {
  switch (element.tagName) {
    case "Play":
      return repeated({ verb: "clip", url: words(element) }, loops(element));
    case "Say": {
      problems.push({ code: "say", text: "The reply speaks with the provider's machine voice." });
      const text = words(element);
      const seconds = Math.max(1, 0.4 * text.split(/\s+/).filter(Boolean).length);
      return repeated({ verb: "spoken", text, seconds }, loops(element));
    }
    case "Pause":
      return [{ verb: "rest", seconds: number(element, "length", 1) }];
    default:
      problems.push(unknown(element.tagName));
      return [];
  }
}

function readGather(element, problems) {
  return {
    verb: "gather",
    sounds: [...element.children].flatMap((child) => readSounds(child, problems)),
    action: attribute(element, "action", ""),
    method: method(element),
    timeout: number(element, "timeout", 5),
    mostDigits: number(element, "numDigits", 0),
    finishOnKey: attribute(element, "finishOnKey", "#"),
    onEmpty: attribute(element, "actionOnEmptyResult", "false") === "true",
  };
}

function readRecord(element) {
  return {
    verb: "record",
    action: attribute(element, "action", ""),
    method: method(element),
    timeout: number(element, "timeout", 5),
    mostSeconds: number(element, "maxLength", 3600),
    finishOnKey: attribute(element, "finishOnKey", "1234567890*#"),
    beep: attribute(element, "playBeep", "true") === "true",
    onReady: attribute(element, "recordingStatusCallback", ""),
    tellsAbsence: attribute(element, "recordingStatusCallbackEvent", "completed").includes("absent"),
  };
}

function readDial(element, problems) {
  const own = words(element);
  const parties = own ? [{ number: own, whisper: "", statusUrl: "", statusEvents: [] }] : [];
  for (const child of element.children) {
    if (child.tagName === "Number") {
      parties.push(readParty(child));
    } else {
      problems.push(unknown(child.tagName));
    }
  }
  const callerId = attribute(element, "callerId", "");
  if (!callerId) {
    problems.push({ code: "caller-shown", text: "A Dial without callerId would show the caller's own number." });
  }
  return {
    verb: "dial",
    parties,
    action: attribute(element, "action", ""),
    method: method(element),
    timeout: number(element, "timeout", 30),
    limit: number(element, "timeLimit", 14400),
    callerId,
  };
}

function readParty(element) {
  const statusUrl = attribute(element, "statusCallback", "");
  const events = statusUrl ? attribute(element, "statusCallbackEvent", "completed") : "";
  return {
    number: words(element),
    whisper: attribute(element, "url", ""),
    statusUrl,
    statusEvents: events.split(/\s+/).filter(Boolean),
  };
}

// Only the text before the first child, as the terminal's reader has it.
function words(element) {
  const first = element.firstChild;
  return first && first.nodeType !== Node.ELEMENT_NODE ? (first.textContent ?? "").trim() : "";
}

function attribute(element, name, otherwise) {
  return element.getAttribute(name) ?? otherwise;
}

function method(element) {
  return attribute(element, "method", "POST").toUpperCase() === "GET" ? "GET" : "POST";
}

function number(element, name, otherwise) {
  const text = attribute(element, name, "");
  return /^[0-9]+$/.test(text) ? Number(text) : otherwise;
}

function loops(element) {
  return Math.min(number(element, "loop", 1) || MOST_LOOPS, MOST_LOOPS);
}

function repeated(step, times) {
  return Array.from({ length: times }, () => step);
}

function unknown(tag) {
  return { code: "unknown-verb", text: `No provider is known to understand <${tag}> here.` };
}
