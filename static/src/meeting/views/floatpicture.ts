// The small window where the browser lets single pictures float alone: one picture, always that of who matters now.
import { h } from "../dom.ts";
import type { Picture, State } from "../state.ts";
import { noSeating } from "../seating.ts";
import { type Floated, planPicture } from "../smallplan.ts";
import type { Ui } from "../ui.ts";

/** How long a picture may take to come before the window, in milliseconds; browsers forget a press on a button after five seconds. */
const comesWithin = 3000;
/** How often it is looked who has talked long enough, in milliseconds. */
const every = 250;

/** Lets one picture float, and gives how to end that; null when there is none, or the browser refuses. */
export async function floatPicture(ui: Ui, closed: () => void): Promise<(() => void) | null> {
  if (!document.pictureInPictureEnabled) return null;
  const { store } = ui;
  let seating = noSeating;
  const wanted = () => {
    const plan = planPicture(seating, store.state, performance.now());
    seating = plan.seating;
    return plan.floated;
  };
  const first = wanted();
  if (!first) return null;
  const screen = new Screen();
  const leave = () => void document.exitPictureInPicture().catch(() => undefined);
  const look = () => {
    const next = wanted();
    next ? screen.show(next) : leave();
  };
  screen.show(first);
  const timer = setInterval(() => store.state.speaking.size > 0 && look(), every);
  const follow = store.subscribe(look);
  const end = () => {
    clearInterval(timer);
    follow();
    unhear();
    screen.close();
  };
  const unhear = hearButtons(ui);
  try {
    await screen.float();
  } catch {
    end();
    return null;
  }
  screen.onLeave(() => {
    end();
    closed();
  });
  return leave;
}

/** An element of its own, as those on the stage come and go. Nobody sees it but in the small window. */
class Screen {
  readonly #video = h("video", { class: "m-float-source", attrs: { playsinline: true, autoplay: true, muted: true, "aria-hidden": "true", tabindex: "-1" } });
  #picture: Picture | null = null;

  constructor() {
    this.#video.muted = true;
    document.body.append(this.#video);
  }

  show(next: Floated): void {
    this.#video.classList.toggle("is-mirrored", next.mirrored);
    if (next.picture === this.#picture) return;
    const before = this.#picture;
    this.#picture = next.picture;
    before?.detach(this.#video);
    next.picture.attach(this.#video);
  }

  /** Floats once there is something to see: before that, browsers refuse. */
  async float(): Promise<void> {
    const video = this.#video;
    if (video.readyState < HTMLMediaElement.HAVE_METADATA) {
      await new Promise<void>((resolve, reject) => {
        video.addEventListener("loadedmetadata", () => resolve(), { once: true });
        setTimeout(() => reject(new Error("no picture came")), comesWithin);
      });
    }
    await video.requestPictureInPicture();
  }

  onLeave(then: () => void): void {
    this.#video.addEventListener("leavepictureinpicture", then, { once: true });
  }

  close(): void {
    this.#picture?.detach(this.#video);
    this.#picture = null;
    this.#video.remove();
  }
}

/** The buttons that browsers put on a floating picture of a call, where they do. */
function hearButtons({ store, acts }: Ui): () => void {
  const session = navigator.mediaSession as MediaSession | undefined;
  if (!session) return () => undefined;
  const does: Partial<Record<string, () => void>> = {
    togglemicrophone: () => acts.microphone(!store.state.microphone.on),
    togglecamera: () => acts.camera(!store.state.camera.on),
    hangup: () => acts.leave(),
  };
  const set = (on: boolean) => {
    for (const [action, press] of Object.entries(does)) {
      try {
        session.setActionHandler(action as MediaSessionAction, on ? (press ?? null) : null);
      } catch {
        // a browser without this button
      }
    }
  };
  const say = ({ microphone, camera }: State) => {
    void session.setMicrophoneActive?.(microphone.on);
    void session.setCameraActive?.(camera.on);
  };
  set(true);
  const stop = store.subscribe(say);
  return () => {
    stop();
    set(false);
  };
}
