/** Half of it visible for one second without a break, as the Media Rating Council defines a viewable impression. */
const share = 0.5;
const seenAfter = 1000;

/** How long to wait before telling the server again, when it could not be reached. It counts a ticket once, however often it is told. */
const tryAgainAfter = [2000, 10_000, 60_000];

/** Tells the server when the advertisement has been seen, in a tab that is in front. */
export function reportWhenSeen(ad: HTMLElement): void {
  let timer = 0;
  let inView = false;
  const watcher = new IntersectionObserver(
    (entries) => {
      const last = entries.at(-1);
      inView = last !== undefined && last.isIntersecting && last.intersectionRatio >= share;
      look();
    },
    { threshold: [0, share] },
  );
  const look = () => {
    if (!inView || document.visibilityState !== "visible") {
      window.clearTimeout(timer);
      timer = 0;
    } else if (timer === 0) timer = window.setTimeout(seen, seenAfter);
  };
  const seen = () => {
    if (!ad.isConnected) return;
    watcher.disconnect();
    document.removeEventListener("visibilitychange", look);
    void report(ad.dataset["ad"] ?? "", ad.dataset["csrf"] ?? "");
  };
  document.addEventListener("visibilitychange", look);
  watcher.observe(ad);
}

async function report(ticket: string, token: string): Promise<void> {
  for (const pause of [0, ...tryAgainAfter]) {
    await new Promise((resolve) => window.setTimeout(resolve, pause));
    if (await post(ticket, token)) return;
  }
}

/** Whether the server has answered, be it that it does not want the ticket. */
async function post(ticket: string, token: string): Promise<boolean> {
  try {
    const answer = await fetch("/ads/seen", {
      method: "POST",
      keepalive: true,
      headers: { accept: "application/json", "x-csrf-token": token },
      body: new URLSearchParams({ ticket }),
    });
    return answer.status < 500 && answer.status !== 429;
  } catch {
    return false;
  }
}
