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
}

/** How Chromium is started for a person with these devices. */
export function launchOptions({ devices = "fake", permission = "allow", camera }: Devices = {}): LaunchOptions {
  const args = [...always];
  if (devices === "fake") args.push("--use-fake-device-for-media-stream");
  args.push(permission === "allow" ? "--use-fake-ui-for-media-stream" : "--use-fake-ui-for-media-stream=deny");
  if (camera) args.push(`--use-file-for-fake-video-capture=${camera}`);
  return { executablePath: chromiumPath, args };
}
