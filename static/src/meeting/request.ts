// Small requests to the page's own origin: each is answered, or fails, within some seconds.

/** So long one may take, in milliseconds. Where a path swallows everything, a browser by itself waits for minutes. */
const patience = 10_000;

/** Like fetch, with an end. It holds for the body of the answer as well. */
export function request(url: string, how: RequestInit = {}, within = patience): Promise<Response> {
  const stop = new AbortController();
  setTimeout(() => stop.abort(new DOMException("no answer in time", "TimeoutError")), within);
  const asked = how.signal;
  asked?.addEventListener("abort", () => stop.abort(asked.reason), { once: true });
  if (asked?.aborted) stop.abort(asked.reason);
  return fetch(url, { ...how, signal: stop.signal });
}

/** Whether the server may answer otherwise a little later: it is busy, or not there. */
export const isBusy = ({ status }: Response): boolean => status === 429 || status >= 500;
