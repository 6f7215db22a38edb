import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ParleyServer } from "./server";

export interface StoredMail {
  to: string;
  subject: string;
  text: string;
}

/** Everything that the mail stand-in was handed so far, oldest first. */
export async function mailsOf(server: ParleyServer): Promise<StoredMail[]> {
  const folder = join(server.data, "mail");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".eml")).sort();
  return Promise.all(names.map(async (name) => read(await readFile(join(folder, name), "utf8"))));
}

function read(raw: string): StoredMail {
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, "mi").exec(raw)?.[1]?.trim() ?? "";
  // Quoted-printable (RFC 2045, section 6.7): soft line breaks and escaped bytes; addresses and links are ASCII.
  const text = raw.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return { to: header("To").replace(/[<>]/g, ""), subject: header("Subject"), text };
}
