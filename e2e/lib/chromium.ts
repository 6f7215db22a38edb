import type { LaunchOptions } from "@playwright/test";
import { chromiumPath } from "./paths";

const always = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];

export interface Devices {
  /** "fake": a moving picture and a beep every second. "none": the machine's own, which are none in CI. */
  devices?: "fake" | "none";
  /** What the browser answers when a page asks for the camera. */
  permission?: "allow" | "deny";
  /** A y4m file to play as the camera's picture. */
  camera?: string;
  /** The title of the tab that the picker for screens gives, without asking. Such a person has a browser of their own. */
  shares?: string;
  /** A phone or tablet: fingers, and the page as wide as the window says. */
  touch?: boolean;
}

/** How Chromium is started for a person with these devices. */
export function launchOptions({ devices = "fake", permission = "allow", camera, shares }: Devices = {}): LaunchOptions {
  const args = [...always];
  if (devices === "fake") args.push("--use-fake-device-for-media-stream");
  // The flag that answers for a person would answer the picker of screens as well.
  if (shares) args.push(`--auto-select-tab-capture-source-by-title=${shares}`);
  else args.push(permission === "allow" ? "--use-fake-ui-for-media-stream" : "--use-fake-ui-for-media-stream=deny");
  if (camera) args.push(`--use-file-for-fake-video-capture=${camera}`);
  return { executablePath: chromiumPath, args };
}
