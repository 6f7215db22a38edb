// The meeting's key and livekit-client's encryption, put together. Loaded in encrypted meetings only.
import {
  BaseKeyProvider,
  type KeyInfo,
  KeyProviderEvent,
  type Participant,
  type Room,
  RoomEvent,
  type RoomOptions,
  createKeyMaterialFromBuffer,
} from "livekit-client";
import { topics } from "../session/messages.ts";
import type { Store } from "../state.ts";
import { Exchange } from "./exchange.ts";

/** Keys stand in a frame's last byte by their place in a ring of this size. */
const ring = 16;
/** How many keys are kept: frames under the one before are still on their way when the next is used. */
const kept = 3;

/** The meeting's keys, as livekit-client takes them: HKDF-SHA-256 to AES-256-GCM, one key for all who are in. */
class Keys extends BaseKeyProvider {
  readonly #kept = new Map<number, KeyInfo>();
  #current = 0;
  #queue: Promise<void> = Promise.resolve();

  constructor() {
    // A frame that cannot be opened is dropped; it says nothing about the frames of others.
    super({ sharedKey: true, ratchetWindowSize: 0, failureTolerance: -1, keyringSize: ring, keySize: 256 });
  }

  use(key: Uint8Array<ArrayBuffer>, epoch: number, current: boolean): void {
    this.#queue = this.#queue.then(async () => {
      const info: KeyInfo = { key: await createKeyMaterialFromBuffer(key.buffer), keyIndex: epoch % ring };
      this.#kept.delete(epoch);
      this.#kept.set(epoch, info);
      for (const old of [...this.#kept.keys()].slice(0, -kept)) this.#kept.delete(old);
      if (current) this.#current = epoch % ring;
      this.emit(KeyProviderEvent.SetKey, info, current);
    });
  }

  override getKeys(): KeyInfo[] {
    return [...this.#kept.values()];
  }

  override getLatestManuallySetKeyIndex(): number {
    return this.#current;
  }
}

/** Also given each key of the meeting, and whether it is to be used from now on. */
export type OnKey = (key: Uint8Array<ArrayBuffer>, epoch: number, current: boolean) => void;

/** One person's part in an encrypted meeting. It outlives a room that is joined anew: the key stays. */
export class Encryption {
  readonly #address: string;
  readonly #exchange: Exchange;
  #keys: Keys | null = null;
  #worker: Worker | null = null;
  #room: Room | null = null;

  /** The address is that of the script that encrypts, of our own origin. */
  constructor(address: string, self: string, store: Store, onKey: OnKey = () => undefined) {
    this.#address = address;
    this.#exchange = new Exchange(self, {
      onKey: (key, epoch, current) => {
        this.#keys?.use(key, epoch, current);
        onKey(key, epoch, current);
      },
      onStatus: (encryption, code) => store.dispatch({ type: "encryption", encryption, code }),
    });
  }

  /** What a new room needs to encrypt. The one before it is not to be used any more. */
  options(): Required<Pick<RoomOptions, "e2ee">> {
    this.close();
    this.#keys = new Keys();
    this.#worker = neverInTheClear(new Worker(this.#address, { type: "module" }));
    return { e2ee: { keyProvider: this.#keys, worker: this.#worker } };
  }

  /** Encrypts what this room sends, and takes part in handing over the key while it is connected. Call before it connects. */
  async follow(room: Room): Promise<void> {
    this.#room = room;
    const changed = () => this.#exchange.peopleChanged();
    room
      .on(RoomEvent.SignalConnected, () => this.#exchange.attach({ roster: () => rosterOf(room), send: (to, text) => this.#send(to, text) }))
      .on(RoomEvent.ParticipantConnected, changed)
      .on(RoomEvent.ParticipantDisconnected, changed)
      .on(RoomEvent.Reconnected, changed)
      .on(RoomEvent.EncryptionError, () => this.#exchange.troubled())
      .on(RoomEvent.DataReceived, (payload, participant, _kind, topic) => {
        if (participant && topic === topics.keys) this.#exchange.received(participant.identity, new TextDecoder().decode(payload));
      });
    await room.setE2EEEnabled(true);
  }

  close(): void {
    this.#exchange.stop();
    this.#room = null;
    this.#keys = null;
    this.#worker?.terminate();
    this.#worker = null;
  }

  #send(to: readonly string[], text: string): void {
    const data = new TextEncoder().encode(text);
    void this.#room?.localParticipant
      .publishData(data, { reliable: true, topic: topics.keys, destinationIdentities: [...to] })
      .catch((error: unknown) => console.warn("could not send a key", error));
  }
}

/** Those who came by our own pages, longest here first. Everybody sorts alike, so all agree on who makes the keys. */
function rosterOf(room: Room): string[] {
  const ours = (p: Participant) => p.attributes["door"] === "web";
  return [...room.remoteParticipants.values(), room.localParticipant]
    .filter(ours)
    .sort((a, b) => time(a) - time(b) || (a.sid < b.sid ? -1 : 1))
    .map((p) => p.identity);
}

const time = (p: Participant): number => p.joinedAt?.getTime() ?? 0;

/**
 * The library encrypts a person's frames, or shows them as they are, by what the server says of their tracks. Here
 * nothing a server says turns encryption off: whatever is not under the meeting's key is neither sent nor shown.
 */
function neverInTheClear(worker: Worker): Worker {
  const post = worker.postMessage.bind(worker) as (message: unknown, transfer?: Transferable[]) => void;
  worker.postMessage = (message: { kind?: string; data?: object }, transfer?: unknown) => {
    const said = message.kind === "enable" ? { ...message, data: { ...message.data, enabled: true } } : message;
    post(said, Array.isArray(transfer) ? (transfer as Transferable[]) : undefined);
  };
  return worker;
}
