// Sealing what people write in an encrypted meeting: AES-256-GCM under a key that comes from the meeting's own. The server keeps the boxes
// and has none of the keys.

/** What a seal is bound to: a box that is shown as another's, or as for others, does not open. */
export interface About {
  /** Identities; `to` is empty for everyone. */
  from: string;
  to: string;
  /** What the writer's browser called the message. */
  id: string;
  /** What of the message it is: its text, unless this says otherwise. */
  part?: "name" | "file";
}

const ivSize = 12;
/** What sealed bytes begin with. Then come the number of the key (4 bytes), the iv (12) and the box. */
const mark = new TextEncoder().encode("parleyF1");
/** Bytes by which sealed ones are more: those three, and what the box adds. */
export const sealSize = mark.length + 4 + ivSize + 16;
const purpose = new TextEncoder().encode("parley.chat 1");

/** The keys of a meeting's chat. All that this page was given stay, so that what was written under them can be read. */
export class ChatKeys {
  readonly #byEpoch = new Map<number, CryptoKey[]>();
  readonly #seen = new Set<string>();
  #current: { key: CryptoKey; epoch: number } | null = null;
  #ready: (() => void)[] = [];
  #queue: Promise<void> = Promise.resolve();
  /** Called when there is another key to open with. */
  onKey: () => void = () => undefined;

  /** Takes a key of the meeting; with `current`, what is written from now on is sealed with it. */
  use(bytes: Uint8Array<ArrayBuffer>, epoch: number, current: boolean): void {
    const copy = bytes.slice(); // others may hand the buffer on to a worker
    this.#queue = this.#queue.then(async () => {
      const known = `${epoch} ${copy.join()}`;
      const keys = this.#byEpoch.get(epoch) ?? [];
      const key = this.#seen.has(known) ? keys.at(-1) : await derived(copy);
      if (!key) return;
      if (!this.#seen.has(known)) this.#byEpoch.set(epoch, [...keys, key]);
      this.#seen.add(known);
      if (current || !this.#current) this.#current = { key, epoch };
      for (const go of this.#ready.splice(0)) go();
      this.onKey();
    });
  }

  /** Seals a text. Waits until there is a key. */
  async seal(text: string, about: About): Promise<string> {
    const { key, epoch } = await this.#now();
    return `1.${epoch}.${textOf(joined(...(await boxed(key, new TextEncoder().encode(text), about))))}`;
  }

  /** Seals the bytes of a file. Waits until there is a key. */
  async sealBytes(bytes: ArrayBuffer, about: About): Promise<Uint8Array<ArrayBuffer>> {
    const { key, epoch } = await this.#now();
    const number = new Uint8Array(4);
    new DataView(number.buffer).setUint32(0, epoch);
    return joined(mark, number, ...(await boxed(key, new Uint8Array(bytes), about)));
  }

  /** The key that is written under now. */
  async #now(): Promise<{ key: CryptoKey; epoch: number }> {
    await this.#queue; // the key that was handed over last
    while (!this.#current) await new Promise<void>((go) => this.#ready.push(go));
    return this.#current;
  }

  /** Opens what seal made; null when that cannot be done here, now. */
  async open(sealed: string, about: About): Promise<string | null> {
    const [version, epoch, text = ""] = sealed.split(".");
    if (version !== "1") return null;
    const plain = await this.#opened(Number(epoch), () => bytesOf(text), about);
    return plain && new TextDecoder().decode(plain);
  }

  /** Opens what sealBytes made; null when that cannot be done here, now. */
  async openBytes(sealed: ArrayBuffer, about: About): Promise<ArrayBuffer | null> {
    const whole = new Uint8Array(sealed);
    if (whole.length < sealSize || !mark.every((byte, i) => whole[i] === byte)) return null;
    return this.#opened(new DataView(sealed).getUint32(mark.length), () => whole.subarray(mark.length + 4), about);
  }

  async #opened(epoch: number, box: () => Uint8Array<ArrayBuffer>, about: About): Promise<ArrayBuffer | null> {
    for (const key of this.#byEpoch.get(epoch) ?? []) {
      try {
        const whole = box();
        return await crypto.subtle.decrypt({ name: "AES-GCM", iv: whole.slice(0, ivSize), additionalData: bound(about) }, key, whole.subarray(ivSize));
      } catch {
        // Not under this one: two people may have made a key of the same number.
      }
    }
    return null;
  }
}

async function derived(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]);
  const hkdf: HkdfParams = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: purpose };
  return crypto.subtle.deriveKey(hkdf, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** The iv and the box that was sealed with it. */
async function boxed(key: CryptoKey, plain: Uint8Array<ArrayBuffer>, about: About): Promise<[Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>]> {
  const iv = crypto.getRandomValues(new Uint8Array(ivSize));
  return [iv, new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound(about) }, key, plain))];
}

const bound = ({ from, to, id, part }: About): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify(part === undefined ? [from, to, id] : [from, to, id, part]));

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function textOf(bytes: Uint8Array): string {
  let text = "";
  for (const b of bytes) text += String.fromCharCode(b);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
