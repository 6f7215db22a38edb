// What the meeting page knows. One value, changed only by the actions below; views draw it.
import { type Clock, lifted } from "./clock.ts";
import type { Faces } from "./faces.ts";
import type { Fault } from "./faults.ts";
import { type Chat, type ChatAction, noChat, opened, reduceChat } from "./state/chat.ts";
import { type HostAct, type HostState, initialHost, leads, reduceHost } from "./state/host.ts";
import { type QualityAct, type QualityState, noQuality, reduceQuality } from "./state/quality.ts";
import { type StageAct, type StageState, initialStage, reduceStage } from "./state/stage.ts";

/**
 * A moving picture. It is the same object as long as it is the same picture. Attaching it to an element
 * is what asks for it, and tells how large it is shown, so that no more is sent than is seen.
 */
export interface Picture {
  /** Null as long as nothing has come of it. */
  readonly mediaStreamTrack: MediaStreamTrack | null;
  attach(element: HTMLMediaElement): unknown;
  detach(element: HTMLMediaElement): unknown;
}

export interface Person {
  identity: string;
  name: string;
  self: boolean;
  /** The microphone sends. */
  microphone: boolean;
  /** The picture to show, or none. */
  video: Picture | null;
}

/**
 * `connecting` until the node has let us in, `reconnecting` while the line is down, `elsewhere` when
 * the same person joined from another tab, `leaving` when the page is about to change.
 */
export type Connection = "connecting" | "live" | "reconnecting" | "elsewhere" | "leaving";

export type DeviceKind = "microphone" | "camera" | "speaker";

export interface Device {
  id: string;
  label: string;
}

/** One's own microphone or camera. */
export interface Own {
  on: boolean;
  /** Being switched on: the browser is asking or the device is starting. */
  busy: boolean;
  fault: Fault | null;
  device: string;
}

/** Somebody who waits before the meeting. */
export interface Waiter {
  identity: string;
  name: string;
  /** Of the organization. */
  member: boolean;
  /** What was written with them, in order. */
  lines: readonly WaitLine[];
}

/** A line between somebody who waits and those who may let them in. */
export interface WaitLine {
  n: number;
  /** Written by one of those inside. */
  host: boolean;
  /** Identity of that one, or empty. */
  by: string;
  name: string;
  text: string;
}

export type Menu = "microphone" | "camera" | "share" | "view" | "more" | "leave";

export interface State {
  connection: Connection;
  /** In join order, oneself last. */
  people: readonly Person[];
  /** Addresses of pictures, by identity. */
  faces: Faces;
  speaking: ReadonlySet<string>;
  /** Who waits to be let in, in the order they came; nobody for those who may not let them in. */
  waiters: readonly Waiter[];
  microphone: Own;
  camera: Own;
  speaker: string;
  devices: Readonly<Record<DeviceKind, readonly Device[]>>;
  clock: Clock;
  plan: string;
  limit: number;
  /** The meeting was shortened while it ran: an admin's quota holds it, and no plan would lift that. */
  held: boolean;
  /** The browser plays no sound until somebody taps. */
  soundBlocked: boolean;
  /** Of sound and picture, end to end: `waiting` for the key, `stuck` when nobody has handed it over for some time. */
  encryption: "none" | "waiting" | "stuck" | "on";
  /** Digits that people can compare; empty while there are none. */
  code: string;
  peopleOpen: boolean;
  reactOpen: boolean;
  chat: Chat;
  host: HostState;
  menu: Menu | null;
  /** `open` shows the offers, `paying` waits for the payment in the other tab. */
  upgrade: "closed" | "open" | "paying";
  page: number;
  /** How many pages of tiles there are. */
  pages: number;
  stage: StageState;
  quality: QualityState;
}

export type Action =
  | { type: "connection"; connection: Connection }
  | { type: "people"; people: readonly Person[] }
  | { type: "faces"; faces: Faces }
  | { type: "speaking"; speaking: ReadonlySet<string> }
  | { type: "waiters"; waiters: readonly Waiter[] }
  | { type: "own"; kind: "microphone" | "camera"; change: Partial<Own> }
  | { type: "devices"; devices: State["devices"] }
  | { type: "speaker"; device: string }
  | { type: "limits"; clock: Clock; plan?: string; limit?: number }
  | { type: "sound"; blocked: boolean }
  | { type: "encryption"; encryption: State["encryption"]; code: string }
  | { type: "togglePeople" }
  | { type: "toggleReact" }
  | { type: "toggleChat" }
  | { type: "toggleHost" }
  | { type: "host"; act: HostAct }
  | ChatAction
  | { type: "menu"; menu: Menu | null }
  | { type: "upgrade"; upgrade: State["upgrade"] }
  | { type: "page"; page: number }
  | { type: "pages"; pages: number }
  | { type: "stage"; act: StageAct }
  | { type: "quality"; act: QualityAct };

export const off: Own = { on: false, busy: false, fault: null, device: "" };

export function initialState(clock: Clock, plan: string, limit: number, encrypted = false): State {
  return {
    connection: "connecting",
    people: [],
    faces: {},
    speaking: new Set(),
    waiters: [],
    microphone: off,
    camera: off,
    speaker: "",
    devices: { microphone: [], camera: [], speaker: [] },
    clock,
    plan,
    limit,
    held: false,
    soundBlocked: false,
    encryption: encrypted ? "waiting" : "none",
    code: "",
    peopleOpen: false,
    reactOpen: false,
    chat: noChat,
    host: initialHost,
    menu: null,
    upgrade: "closed",
    page: 0,
    pages: 1,
    stage: initialStage,
    quality: noQuality,
  };
}

/** The state after an action. Returns the same value when nothing changed. */
export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "connection":
      return connectionChanged(state, action.connection);
    case "people":
      return peopleChanged(state, action.people);
    case "faces":
      return alike(state.faces, action.faces) ? state : { ...state, faces: action.faces };
    case "speaking":
      return same(state.speaking, action.speaking) ? state : { ...state, speaking: action.speaking };
    case "waiters":
      return { ...state, waiters: action.waiters };
    case "own":
      return { ...state, [action.kind]: { ...state[action.kind], ...action.change } };
    case "devices":
      return { ...state, devices: action.devices };
    case "speaker":
      return { ...state, speaker: action.device };
    case "limits":
      return limitsChanged(state, action);
    case "sound":
      return { ...state, soundBlocked: action.blocked };
    case "encryption":
      return { ...state, encryption: action.encryption, code: action.code };
    case "togglePeople":
      return { ...state, ...noPanel(state), peopleOpen: !state.peopleOpen };
    case "toggleReact":
      return { ...state, ...noPanel(state), reactOpen: !state.reactOpen };
    case "toggleChat":
      return { ...state, ...noPanel(state), chat: opened(state.chat, !state.chat.open) };
    case "toggleHost":
      return { ...state, ...noPanel(state), host: reduceHost(state.host, { do: "open", open: !state.host.open }) };
    case "host":
      return hosted(state, action.act);
    case "menu":
      return { ...state, menu: action.menu };
    case "upgrade":
      return { ...state, upgrade: action.upgrade, menu: null };
    case "page":
      return { ...state, page: Math.max(0, action.page) };
    case "pages":
      return state.pages === action.pages ? state : { ...state, pages: action.pages };
    case "stage":
      return staged(state, action.act);
    case "quality":
      return judged(state, action.act);
    default: {
      const chat = reduceChat(state.chat, action);
      return chat === state.chat ? state : { ...state, chat };
    }
  }
}

/** Panels beside the stage share one place: what opens one closes the others, and the menu. */
function noPanel({ chat, host, quality }: State): Pick<State, "peopleOpen" | "reactOpen" | "chat" | "host" | "quality" | "menu"> {
  return { peopleOpen: false, reactOpen: false, chat: opened(chat, false), host: reduceHost(host, { do: "open", open: false }), quality: reduceQuality(quality, { do: "open", open: false }), menu: null };
}

/** The page so many after this one, or null where there is none. */
export function turned({ page, pages }: Pick<State, "page" | "pages">, by: number): number | null {
  const next = page + by;
  return next >= 0 && next < pages ? next : null;
}

function hosted(state: State, act: HostAct): State {
  const host = reduceHost(state.host, act);
  if (host === state.host) return state;
  const me = state.people.find((p) => p.self)?.identity ?? "";
  const ends = leads(host, me); // the menu of who leads is not for who does not any more
  return { ...state, host, menu: state.menu === "leave" && !ends ? null : state.menu };
}

function staged(state: State, act: StageAct): State {
  const stage = reduceStage(state.stage, act);
  return stage === state.stage ? state : { ...state, stage };
}

function judged(state: State, act: QualityAct): State {
  const quality = reduceQuality(state.quality, act);
  if (quality === state.quality) return state;
  const opens = quality.open && !state.quality.open;
  return { ...state, ...(opens ? noPanel(state) : {}), quality };
}

/** Once the page is leaving, nothing else matters any more. */
function connectionChanged(state: State, connection: Connection): State {
  if (state.connection === connection || state.connection === "leaving") return state;
  return { ...state, connection };
}

/** A lifted limit closes the offers by itself: there is nothing left to pay for. So does room for more people, to who is paying. */
function limitsChanged(state: State, said: Extract<Action, { type: "limits" }>): State {
  const paying = state.upgrade === "paying";
  const wider = paying && (said.limit ?? 0) > state.limit;
  const bought = paying && said.plan !== undefined && said.plan !== state.plan; // a quota may hide what it gives
  const longer = lifted(state.clock, said.clock);
  const shorter = lifted(said.clock, state.clock);
  return {
    ...state,
    clock: said.clock,
    plan: said.plan ?? state.plan,
    limit: said.limit ?? state.limit,
    held: shorter || (state.held && !longer),
    upgrade: longer || shorter || wider || bought ? "closed" : state.upgrade,
  };
}

function still(speaking: ReadonlySet<string>, people: readonly Person[]): ReadonlySet<string> {
  const left = new Set(people.filter((p) => speaking.has(p.identity)).map((p) => p.identity));
  return left.size === speaking.size ? speaking : left;
}

/** Who is as before stays the same object, and all of them the same list: then nothing has to be drawn. */
function peopleChanged(state: State, people: readonly Person[]): State {
  const before = new Map(state.people.map((p) => [p.identity, p]));
  const now = people.map((p) => {
    const was = before.get(p.identity);
    return was !== undefined && alike(was, p) ? was : p;
  });
  const unchanged = now.length === state.people.length && now.every((p, i) => p === state.people[i]);
  return unchanged ? state : { ...state, people: now, speaking: still(state.speaking, now) };
}

/** Whether two have the same values, by identity. */
export function alike<T extends object>(a: T, b: T): boolean {
  const keys = Object.keys(a) as (keyof T)[];
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

function same(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((id) => b.has(id));
}

export type Listener = (now: State, before: State) => void;

/** Holds the state and tells listeners after each change, in the order they came. */
export class Store {
  #state: State;
  readonly #listeners = new Set<Listener>();

  constructor(state: State) {
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  dispatch(action: Action): void {
    const before = this.#state;
    this.#state = reduce(before, action);
    if (this.#state === before) return;
    for (const listener of [...this.#listeners]) listener(this.#state, before);
  }

  /** Calls the listener now and after every change, until the returned function is called. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    listener(this.#state, this.#state);
    return () => this.#listeners.delete(listener);
  }
}
