import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The program under test. */
export const binary = process.env["PARLEY_BIN"] ?? join(root, "bin", "parley");

/** Debian's Chromium, unless told otherwise. */
export const chromiumPath = process.env["PARLEY_CHROMIUM"] ?? "/usr/bin/chromium";

/** Debian's Firefox, unless told otherwise. */
export const firefoxPath = process.env["PARLEY_FIREFOX"] ?? "/usr/bin/firefox-esr";
