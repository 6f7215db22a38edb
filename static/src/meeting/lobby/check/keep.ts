// The last result stays in this browser alone, for the page that one hands to who looks after the network.
import { type Result, resultFrom } from "./verdict.ts";

const key = "parley.network";

export function keepResult(result: Result): void {
  try {
    localStorage.setItem(key, JSON.stringify(result));
  } catch {
    // A browser that keeps nothing shows the page without it.
  }
}

export function keptResult(): Result | null {
  try {
    return resultFrom(JSON.parse(localStorage.getItem(key) ?? "null"));
  } catch {
    return null;
  }
}
