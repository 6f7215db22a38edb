// The lobby: the mirror, the devices, the name, and the way in.
import { need, readData, setText } from "../dom.ts";
import { openMeeting } from "../meeting.ts";
import { recall, remember, rememberOn } from "../remember.ts";
import { request } from "../request.ts";
import { Source } from "../session/source.ts";
import { type Sources, canEncrypt, mediaSupport, permission, startSources } from "../session/sources.ts";
import { type Texts, textsFrom } from "../texts.ts";
import type { MeetingSession } from "../types.ts";
import { Fields } from "./fields.ts";
import { Meter } from "./meter.ts";
import { Mirror } from "./mirror.ts";
import { followTries } from "./tries.ts";
import { Trouble } from "./trouble.ts";

export function openLobby(): void {
  const t = textsFrom(readData<Record<string, string>>("texts") ?? {}, document.documentElement.lang || "en");
  const form = need("#join", HTMLFormElement);
  const support = mediaSupport();
  if (support === "unsupported") return refuse(form, t("meeting.lobby.unsupported"));
  if (form.dataset["encrypted"] !== undefined && !canEncrypt()) return refuse(form, t("meeting.encryption.unsupported"));

  const { devices, name, on } = recall();
  const sources: Sources = {
    microphone: new Source("microphone", on.microphone, devices.microphone),
    camera: new Source("camera", on.camera, devices.camera),
  };
  const lobby = new AbortController();
  const until = lobby.signal;
  new Meter(need("#level", HTMLElement), sources.microphone, until);
  const mirror = new Mirror(sources, t, until);
  const fields = new Fields(sources, devices.speaker, t, until);
  new Trouble(sources, t, () => void retry(sources), until);
  followName(mirror, name);
  followTries(form, sources, () => fields.speaker, t);
  if (support === "insecure") for (const source of bothOf(sources)) source.fail("insecure");
  else void startSources(sources).then(() => followPermission(sources, until));

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const clickedAt = performance.now();
    // Who has to wait joins from another page: the camera stays off there that is off here.
    rememberOn({ microphone: sources.microphone.state.on, camera: sources.camera.state.on });
    // The next time begins as this one; what did not work now was not a wish.
    remember({ on: { microphone: wished(sources.microphone), camera: wished(sources.camera) } });
    void join(form, t, (meeting) => {
      lobby.abort();
      void openMeeting({ meeting, sources, speaker: fields.speaker, clickedAt });
    });
  });
}

const bothOf = (sources: Sources): Source[] => [sources.microphone, sources.camera];

const wished = ({ state }: Source): boolean => state.on || state.fault !== null;

/** Asks again for what failed. */
async function retry(sources: Sources): Promise<void> {
  for (const source of bothOf(sources)) if (source.state.fault !== null) source.want();
  await startSources(sources);
}

/** Who allows a device in the address bar sees it come on without another click. */
async function followPermission(sources: Sources, until: AbortSignal): Promise<void> {
  for (const source of bothOf(sources)) {
    if ((await permission(source.kind)) === "unknown") continue;
    const status = await navigator.permissions.query({ name: source.kind as PermissionName });
    const changed = () => {
      if (status.state === "granted" && source.state.fault === "denied") void source.turn(true);
    };
    status.addEventListener("change", changed, { signal: until });
  }
}

/** The name on the mirror is the one in the field; a guest's is kept for the next time. */
function followName(mirror: Mirror, kept: string): void {
  const field = need("#name", HTMLInputElement);
  if (field.value === "") field.value = kept;
  const show = () => mirror.name(field.value);
  field.addEventListener("input", show);
  show();
}

/** So long the way in may take, in milliseconds: what is given up here may have led to a seat. */
const joinTakes = 20_000;

/**
 * Takes a seat. Whatever is not a seat is the server's own page (full, ended, too many tries): the
 * form is then sent as a plain form, so the person gets it.
 */
async function join(form: HTMLFormElement, t: Texts, open: (meeting: MeetingSession) => void): Promise<void> {
  const button = need("[type=submit]", HTMLButtonElement, form);
  if (button.hasAttribute("data-busy")) return;
  button.setAttribute("data-busy", "");
  const body = new URLSearchParams();
  for (const [key, value] of new FormData(form)) if (typeof value === "string") body.set(key, value);
  remember({ name: body.get("name") ?? "" });
  const problem = need("#join-problem", HTMLElement);
  problem.hidden = true;
  const answer = await takeSeat(form.action, body);
  if (answer === "unreachable") {
    button.removeAttribute("data-busy");
    setText(need("[data-text]", HTMLElement, problem), t("meeting.lobby.unreachable"));
    problem.hidden = false;
  } else if (answer === "page") form.submit();
  else open(answer);
}

async function takeSeat(action: string, body: URLSearchParams): Promise<MeetingSession | "page" | "unreachable"> {
  try {
    const response = await request(action, { method: "POST", body, headers: { Accept: "application/json" } }, joinTakes);
    const json = response.headers.get("Content-Type")?.startsWith("application/json") ?? false;
    return response.status === 200 && json ? ((await response.json()) as MeetingSession) : "page";
  } catch (error) {
    console.warn("could not take a seat", error);
    return "unreachable";
  }
}

/** A browser that cannot hold a meeting is told so, before anybody tries. */
function refuse(form: HTMLFormElement, why: string): void {
  const problem = need("#join-problem", HTMLElement, form);
  setText(need("[data-text]", HTMLElement, problem), why);
  problem.hidden = false;
  need("[type=submit]", HTMLButtonElement, form).disabled = true;
}
