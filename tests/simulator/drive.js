// Runs one conformance case through the browser's interpreter, on a clock that only jumps. `drive.py` is the same in Python.

const HOST = "https://hotline.example";
const SAME_EACH_TIME = new Set(["CallSid", "AccountSid", "From", "To", "ApiVersion"]);

export function run(Call, testCase) {
  const about = testCase.opening ?? {};
  const call = new Call({
    sid: "CA1",
    account: "AC1",
    fromNumber: "+12025550123",
    toNumber: "+12025550100",
    voiceUrl: about["nothing to hear"] ? "" : `${HOST}/voice`,
    fallbackUrl: about.fallback ? HOST + about.fallback : "",
    statusUrl: about.status ? HOST + about.status : "",
    rung: about.rung ?? false,
    joins: about.joins ?? false,
    parent: about.parent ?? "",
  });
  const caller = [...(testCase.caller ?? [])];
  const trace = [];
  let now = 0;
  let sound = null;

  function happen(event) {
    for (const action of call.step(event, now)) {
      trace.push(`${now.toFixed(1)} ${said(action)}`);
      if (action.do === "fetch") happen(answer(action));
      if (action.do === "play") {
        const seconds = testCase.clips[path(action.url)];
        sound = [now + (seconds ?? 0), { what: seconds ? "clip-ended" : "clip-broken", play: action.play }];
      }
      if (action.do === "stop-sound") sound = null;
    }
  }

  function answer(fetch) {
    let reply = testCase.replies[path(fetch.url)] ?? { status: 404 };
    if (typeof reply === "string") reply = { body: reply };
    if (reply.unreachable) return { what: "unreachable", fetch: fetch.fetch };
    const body = (reply.body ?? "") + " ".repeat(reply.padding ?? 0);
    const { status = 200, type = "text/xml" } = reply;
    return { what: "replied", fetch: fetch.fetch, status, contentType: type, body };
  }

  happen({ what: "begin" });
  while (call.phase !== "over") {
    const upcoming = [];
    if (caller.length) upcoming.push([caller[0][0], 0]);
    if (sound) upcoming.push([sound[0], 1]);
    if (call.due !== null) upcoming.push([call.due, 2]);
    if (!upcoming.length || trace.length > 500) {
      trace.push(`${now.toFixed(1)} stuck`);
      break;
    }
    upcoming.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const [at, source] = upcoming[0];
    now = Math.max(now, at);
    if (source === 0) {
      const [, what, about] = caller.shift();
      happen(doneByCaller(what, about));
    } else if (source === 1) {
      const event = sound[1];
      sound = null;
      happen(event);
    } else {
      happen({ what: "time" });
    }
  }
  return trace;
}

function doneByCaller(what, about) {
  return {
    "key": { what: "key", key: about },
    "hangs up": { what: "hung-up" },
    "recording kept": { what: "recording-kept", sid: "RE1", url: `${HOST}/recordings/RE1`, seconds: about },
    "party answers": { what: "party-answered" },
    "party ends": { what: "party-ended", outcome: about },
    "sent elsewhere": { what: "sent-elsewhere", url: HOST + about },
    "ended by hotline": { what: "ended-by-hotline" },
    "late clip end": { what: "clip-ended", play: about },
  }[what];
}

function said(action) {
  switch (action.do) {
    case "fetch":
      return [action.method.toLowerCase(), path(action.url), ...tries(action), ...telling(action.params)].join(" ");
    case "notify":
      return ["notify", path(action.url), ...telling(action.params)].join(" ");
    case "play":
      return `play ${path(action.url)}`;
    case "speak":
      return `speak ${action.text}`;
    case "listening":
      return `listening ${action.clips.length}`;
    case "waiting":
      return `waiting ${action.seconds.toFixed(1)}`;
    case "start-recording":
      return `record ${action.silence.toFixed(1)} ${action.mostSeconds.toFixed(1)} ${action.beep ? "beep" : "no beep"}`;
    case "start-dialling": {
      const parties = action.parties.map(rung).join(",");
      return `dial ${parties} ${action.callerId} ${action.seconds.toFixed(1)}`;
    }
    case "trouble":
      return `trouble ${action.code}`;
    case "ended":
      return `ended ${action.outcome} ${action.seconds}`;
    default:
      return action.do.replace("-", " ");
  }
}

function tries(fetch) {
  return fetch.tries ? [`(${fetch.tries})`] : [];
}

function rung([number, whisper, statusUrl, statusEvents]) {
  const told = statusUrl ? `[${path(statusUrl)} ${statusEvents.join(" ")}]` : "";
  return number + path(whisper) + told;
}

function telling(params) {
  return params.filter(([name]) => !SAME_EACH_TIME.has(name)).map(([name, value]) => `${name}=${unhosted(value)}`);
}

function unhosted(text) {
  return text.startsWith(HOST) ? text.slice(HOST.length) : text;
}

function path(url) {
  return unhosted(url);
}
