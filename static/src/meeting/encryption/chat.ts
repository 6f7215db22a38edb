// Sealing what people write in an encrypted meeting: AES-256-GCM under a key that comes from the meeting's own. The server keeps the boxes
// and has none of the keys.

/** What a seal is bound to: a box that is shown as another's, or as for others, does not open. */
export interface About {
  /** Identities; `to` is empty for everyone. */
  from: string;
  to: string;
  /** What the writer's browser called the message. */
  id: string;
}

const ivSize = 12;
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
    await this.#queue; // the key that was handed over last
    while (!this.#current) await new Promise<void>((go) => this.#ready.push(go));
    const { key, epoch } = this.#current;
    const iv = crypto.getRandomValues(new Uint8Array(ivSize));
    const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound(about) }, key, new TextEncoder().encode(text));
    const whole = new Uint8Array(ivSize + box.byteLength);
    whole.set(iv);
    whole.set(new Uint8Array(box), ivSize);
    return `1.${epoch}.${textOf(whole)}`;
  }

  /** Opens what seal made; null when that cannot be done here, now. */
  async open(sealed: string, about: About): Promise<string | null> {
    const [version, epoch, text = ""] = sealed.split(".");
    if (version !== "1") return null;
    for (const key of this.#byEpoch.get(Number(epoch)) ?? []) {
      try {
        const whole = bytesOf(text);
        const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: whole.slice(0, ivSize), additionalData: bound(about) }, key, whole.slice(ivSize));
        return new TextDecoder().decode(plain);
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

const bound = ({ from, to, id }: About): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify([from, to, id]));

function textOf(bytes: Uint8Array): string {
  let text = "";
  for (const b of bytes) text += String.fromCharCode(b);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
