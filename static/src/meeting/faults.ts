// Why a camera or microphone does not work, told from the browser's error.

export type Fault =
  | "denied" // the person or the browser said no, for this site
  | "dismissed" // the question was closed without an answer
  | "system" // the operating system keeps the browser out
  | "missing" // there is no such device
  | "busy" // another program holds it
  | "unplugged" // it worked and went away
  | "insecure" // browsers give no devices to pages without TLS
  | "unknown";

/** The fault behind what getUserMedia threw. */
export function faultOf(error: unknown): Fault {
  const { name, message } = described(error);
  switch (name) {
    case "NotAllowedError":
    case "PermissionDeniedError":
      if (/dismissed/i.test(message)) return "dismissed";
      return /system/i.test(message) ? "system" : "denied";
    case "NotFoundError":
    case "DevicesNotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "TrackStartError":
    case "AbortError":
      return "busy";
    case "SecurityError":
      return "insecure";
    default:
      return "unknown";
  }
}

function described(error: unknown): { name: string; message: string } {
  if (typeof error !== "object" || error === null) return { name: "", message: "" };
  const { name, message } = error as { name?: unknown; message?: unknown };
  return {
    name: typeof name === "string" ? name : "",
    message: typeof message === "string" ? message : "",
  };
}

export type Browser = "chrome" | "edge" | "firefox" | "safari" | "ios" | "android" | "any";

/** Which browser's words tell how to allow a device. */
export function browserOf(agent: string, touchPoints = 0): Browser {
  if (/iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touchPoints > 1)) return "ios";
  if (/Android/.test(agent)) return "android";
  if (/Firefox\//.test(agent)) return "firefox";
  if (/Edg\//.test(agent)) return "edge";
  if (/Chrome\/|Chromium\//.test(agent)) return "chrome";
  return /Safari\//.test(agent) ? "safari" : "any";
}
