// Lines that are written through the door of a meeting: a small request to the page's own origin.
import { request } from "../request.ts";

/** Sends a line. Gives the server's answer, or what was wrong, in words for the reader: empty when nobody can say. */
export async function sendLine(url: string, csrf: string, body: URLSearchParams): Promise<Response | string> {
  try {
    const response = await request(url, { method: "POST", headers: { Accept: "application/json", "X-CSRF-Token": csrf }, body });
    if (response.ok) return response;
    const said: unknown = await response.json();
    const detail = typeof said === "object" && said !== null ? (said as { detail?: unknown }).detail : undefined;
    return typeof detail === "string" ? detail : "";
  } catch {
    return "";
  }
}
