import { defineConfig } from "@playwright/test";
import type { Settings } from "./lib/fixtures";

// One worker and no retries: media needs the machine to itself, and a journey that passes at the second try has failed.
export default defineConfig<Settings>({
  testDir: ".",
  outputDir: "results",
  workers: 1,
  retries: 0,
  fullyParallel: false,
  forbidOnly: !!process.env["CI"],
  timeout: 300_000,
  globalTimeout: 50 * 60_000,
  expect: { timeout: 45_000 },
  reporter: process.env["CI"] ? [["list"]] : [["list"], ["html", { outputFolder: "report", open: "never" }]],
  use: {
    actionTimeout: 45_000,
    navigationTimeout: 60_000,
    trace: "off",
    screenshot: "off",
  },
  projects: [
    { name: "sqlite", use: { database: "sqlite" } },
    { name: "postgres", grep: /first meeting|shows ads|by Google|300 people|lowers a quota|a pack of stickers|card fails|hits the limit|sees the money|an operator suspends/, use: { database: "postgres" } },
  ],
});
