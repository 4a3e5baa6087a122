// What is said of a leg to the hotline.

// What every webhook carries, as [name, value].
export function legParams({ sid, account, fromNumber, toNumber, rung, joins, parent }, status) {
  const always = [
    ["CallSid", sid],
    ["AccountSid", account],
    ["From", fromNumber],
    ["To", toNumber],
    ["CallStatus", status],
    ["ApiVersion", "2010-04-01"],
    ["Direction", joins ? "outbound-dial" : rung ? "outbound-api" : "inbound"],
  ];
  return parent ? [...always, ["ParentCallSid", parent]] : always;
}

// What the provider charges for.
export function wholeSeconds(seconds) {
  return Math.ceil(seconds - 1e-6);
}
