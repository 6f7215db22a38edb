// What the browser computes so that people can hand a key to each other past the server. Nothing here talks to anybody.

/** Bytes of a meeting's key: AES-256. */
const keySize = 32;
const ivSize = 12;

const curve: EcKeyGenParams = { name: "ECDH", namedCurve: "P-256" };
const purpose = new TextEncoder().encode("parley.keys 1");

/** A pair for this page alone: its private half never leaves the browser, not even to our own script. */
export interface Pair {
  readonly private: CryptoKey;
  /** The public half, as it travels. */
  readonly public: string;
}

export async function makePair(): Promise<Pair> {
  const pair = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
  return { private: pair.privateKey, public: textOf(new Uint8Array(raw)) };
}

/** Fails for what is no public key. */
export async function check(theirs: string): Promise<void> {
  await publicKey(theirs);
}

/** A new key for the meeting. */
export const makeKey = (): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(keySize));

/** Seals a key of the meeting for one person: only the two can make the key that it is sealed with. */
export async function seal(key: Uint8Array<ArrayBuffer>, epoch: number, mine: Pair, theirs: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(ivSize));
  const between = await shared(mine, theirs, mine.public, theirs);
  const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: numbered(epoch) }, between, key);
  const whole = new Uint8Array(ivSize + box.byteLength);
  whole.set(iv);
  whole.set(new Uint8Array(box), ivSize);
  return textOf(whole);
}

/** Opens what seal made. Fails when it was made for another, by another, or for another epoch. */
export async function open(sealed: string, epoch: number, mine: Pair, theirs: string): Promise<Uint8Array<ArrayBuffer>> {
  const whole = bytesOf(sealed);
  const between = await shared(mine, theirs, theirs, mine.public);
  const additionalData = numbered(epoch);
  const key = await crypto.subtle.decrypt({ name: "AES-GCM", iv: whole.slice(0, ivSize), additionalData }, between, whole.slice(ivSize));
  if (key.byteLength !== keySize) throw new Error("not a key of a meeting");
  return new Uint8Array(key);
}

/**
 * Twenty digits that people read to each other. They come from the public key of who makes the meeting's keys, as
 * this browser has used it: somebody in between would have had to use another.
 */
export async function codeOf(maker: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", joined(purpose, bytesOf(maker)));
  const view = new DataView(digest);
  return [0, 4, 8, 12].map((at) => String(view.getUint32(at) % 100_000).padStart(5, "0")).join(" ");
}

/** The key that one side seals with and the other opens with; it differs by direction. */
async function shared(mine: Pair, theirs: string, from: string, to: string): Promise<CryptoKey> {
  const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: await publicKey(theirs) }, mine.private, 256);
  const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const info = joined(bytesOf(from), bytesOf(to));
  const hkdf: HkdfParams = { name: "HKDF", hash: "SHA-256", salt: purpose, info };
  return crypto.subtle.deriveKey(hkdf, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

const publicKey = (text: string): Promise<CryptoKey> => crypto.subtle.importKey("raw", bytesOf(text), curve, false, []);

function numbered(epoch: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, epoch);
  return bytes;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

const textOf = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
