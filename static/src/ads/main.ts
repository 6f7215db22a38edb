// Advertisements: one counts when somebody could see it for a second, and the one after a call stays for its seconds.
// Without this script nothing is counted, and every page can be used.
import { holdOnward } from "./onward.ts";
import { reportWhenSeen } from "./seen.ts";

document.querySelectorAll<HTMLElement>("[data-ad]").forEach((ad) => {
  reportWhenSeen(ad);
  if (ad.dataset["adWait"]) holdOnward(ad, Number(ad.dataset["adWait"]));
});
