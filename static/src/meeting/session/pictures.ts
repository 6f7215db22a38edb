// The others' cameras: those that stand on the page are received, and of the rest a few for when their page is turned back.
import { type RemoteTrackPublication, type Room, Track, TrackEvent } from "livekit-client";
import { type Asked, look, nothingAsked, tooMany } from "../asked.ts";
import { Paced } from "../paced.ts";
import type { Picture } from "../state.ts";
import { Unseen } from "./picture.ts";

/** How soon after a page the next one is asked for, in milliseconds: who leafs through many does not want each. */
const between = 150;
/** How long nothing has to change on the page before what is too much is let go of: a description of its own, and the media sections are free by the next page. */
const calm = 2000;

/** Somebody's camera, which may not be received yet: it is asked for where it is shown, and comes soon after. */
class Camera implements Picture {
  readonly publication: RemoteTrackPublication;
  readonly #elements = new Set<HTMLMediaElement>();
  readonly #changed: () => void;
  #asked = false;

  constructor(publication: RemoteTrackPublication, changed: () => void) {
    this.publication = publication;
    this.#changed = changed;
    publication.on(TrackEvent.Subscribed, () => this.#elements.forEach((element) => publication.videoTrack?.attach(element)));
  }

  get mediaStreamTrack(): MediaStreamTrack | null {
    return this.publication.videoTrack?.mediaStreamTrack ?? null;
  }

  attach(element: HTMLMediaElement): void {
    this.#elements.add(element);
    this.publication.videoTrack?.attach(element);
    this.#changed();
  }

  detach(element: HTMLMediaElement): void {
    this.#elements.delete(element);
    this.publication.videoTrack?.detach(element);
    this.#changed();
  }

  get shown(): boolean {
    return this.#elements.size > 0;
  }

  /** It comes, or is on its way. */
  get received(): boolean {
    return this.publication.isDesired && (this.#asked || this.publication.track !== undefined);
  }

  ask(): void {
    this.#asked = true;
    this.publication.setSubscribed(true);
  }

  leave(): void {
    this.#asked = false;
    this.publication.setSubscribed(false);
  }

  /** What was asked for may have been lost with a connection. */
  doubt(): void {
    this.#asked = false;
  }
}

/** Asks the node for the cameras that are shown in one room, and no more of them than are worth keeping. */
export class Pictures {
  readonly #room: Room;
  /** How many are kept beside those on the page, and how many the node gives by itself. */
  readonly #most: number;
  readonly #unseen = new Unseen();
  readonly #cameras = new Map<string, Camera>();
  readonly #settling = new Paced(() => queueMicrotask(() => this.#settle()), (then) => setTimeout(then, between));
  #asked: Asked = nothingAsked;
  #calm: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(room: Room, most: number) {
    this.#room = room;
    this.#most = most;
  }

  /** One's camera as a picture: the same object as long as it is the same camera. */
  of(publication: RemoteTrackPublication): Picture {
    const known = this.#cameras.get(publication.trackSid);
    if (known?.publication === publication) return known;
    const made = new Camera(publication, () => this.#settling.ask());
    this.#cameras.set(publication.trackSid, made);
    return made;
  }

  /** Call when the roster has been read and the stage drawn. */
  look(): void {
    this.#unseen.pause(this.#room);
    this.#settling.ask();
  }

  /** Call when the line is there again. */
  again(): void {
    for (const camera of this.#cameras.values()) camera.doubt();
    this.#settling.ask();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#calm);
  }

  #settle(): void {
    if (this.#closed) return;
    this.#forget();
    const here = [...this.#cameras];
    const shown = here.filter(([, camera]) => camera.shown);
    for (const [, camera] of shown) if (!camera.received) camera.ask();
    this.#asked = look(this.#asked, shown.map(([sid]) => sid), new Set(here.filter(([, camera]) => camera.received).map(([sid]) => sid)));
    clearTimeout(this.#calm);
    if (tooMany(this.#asked, this.#most).length > 0) this.#calm = setTimeout(() => this.#trim(), calm);
  }

  #trim(): void {
    for (const sid of tooMany(this.#asked, this.#most)) this.#cameras.get(sid)?.leave();
    this.#settling.ask();
  }

  /** Cameras that are here, also those that were given and never shown. */
  #forget(): void {
    const here = new Map<string, RemoteTrackPublication>();
    for (const person of this.#room.remoteParticipants.values()) {
      const camera = person.getTrackPublication(Track.Source.Camera);
      if (camera) here.set(camera.trackSid, camera);
    }
    for (const [sid, camera] of this.#cameras) if (here.get(sid) !== camera.publication) this.#cameras.delete(sid);
    for (const camera of here.values()) this.of(camera);
  }
}
