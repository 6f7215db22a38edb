// The picture on the profile: one moves and enlarges it under a frame before it is sent. Without this script the form sends the file as
// it is, and the server takes its middle. The server draws it anew in any case.
import { cutOut, mostZoom, moved, type Place, whole, within } from "./frame.ts";

/** What is sent: more than is shown anywhere, and far below what the server takes. */
const sentSide = 512;
const step = 0.04;

interface Parts {
  form: HTMLFormElement;
  input: HTMLInputElement;
  dialog: HTMLDialogElement;
  stage: HTMLCanvasElement;
  zoom: HTMLInputElement;
  use: HTMLButtonElement;
  broken: HTMLElement;
}

function find(): Parts | null {
  const form = document.querySelector<HTMLFormElement>("[data-portrait]");
  const input = form?.querySelector<HTMLInputElement>("input[type=file]");
  const dialog = document.querySelector<HTMLDialogElement>("#crop");
  const stage = dialog?.querySelector<HTMLCanvasElement>("canvas");
  const zoom = dialog?.querySelector<HTMLInputElement>("#crop-zoom");
  const use = dialog?.querySelector<HTMLButtonElement>("[data-crop-use]");
  const broken = document.querySelector<HTMLElement>("[data-crop-broken]");
  if (!form || !input || !dialog || !stage || !zoom || !use || !broken) return null;
  return { form, input, dialog, stage, zoom, use, broken };
}

class Crop {
  readonly #parts: Parts;
  #picture: ImageBitmap | null = null;
  #place: Place = whole;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { input, dialog, stage, zoom, use } = parts;
    input.addEventListener("change", () => void this.#open());
    zoom.addEventListener("input", () => this.#move({ ...this.#place, zoom: zoom.valueAsNumber }));
    use.addEventListener("click", () => void this.#send());
    dialog.addEventListener("close", () => this.#close());
    stage.addEventListener("keydown", (event) => this.#key(event));
    stage.addEventListener("pointerdown", (event) => stage.setPointerCapture(event.pointerId));
    stage.addEventListener("pointermove", (event) => this.#drag(event));
    stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    // The button of the form would send the file uncut; choosing a file opens the dialog, whose button sends.
    parts.form.querySelector<HTMLElement>("[data-portrait-send]")?.setAttribute("hidden", "");
  }

  async #open(): Promise<void> {
    const { input, dialog, stage, broken } = this.#parts;
    const file = input.files?.[0];
    broken.hidden = true;
    if (!file) return;
    try {
      this.#picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch {
      input.value = "";
      broken.hidden = false;
      return;
    }
    this.#move(whole);
    dialog.showModal();
    stage.focus();
  }

  #move(place: Place): void {
    if (!this.#picture) return;
    this.#place = within(place, this.#picture);
    this.#parts.zoom.value = String(this.#place.zoom);
    this.#draw(this.#parts.stage);
  }

  #draw(canvas: HTMLCanvasElement): void {
    const context = canvas.getContext("2d");
    if (!context || !this.#picture) return;
    const { x, y, side } = cutOut(this.#place, this.#picture);
    context.imageSmoothingQuality = "high";
    context.fillStyle = "#ffffff"; // what the server puts under what is transparent
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(this.#picture, x, y, side, side, 0, 0, canvas.width, canvas.height);
  }

  #key(event: KeyboardEvent): void {
    if (!this.#picture) return;
    const ways: Record<string, [number, number]> = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const way = ways[event.key];
    if (way) this.#move(moved(this.#place, this.#picture, ...way));
    else if (event.key === "+" || event.key === "=") this.#move({ ...this.#place, zoom: this.#place.zoom * 1.1 });
    else if (event.key === "-") this.#move({ ...this.#place, zoom: this.#place.zoom / 1.1 });
    else return;
    event.preventDefault();
  }

  #drag(event: PointerEvent): void {
    const { stage } = this.#parts;
    if (!this.#picture || !stage.hasPointerCapture(event.pointerId)) return;
    this.#move(moved(this.#place, this.#picture, event.movementX / stage.clientWidth, event.movementY / stage.clientHeight));
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const zoom = this.#place.zoom * Math.exp(-event.deltaY / 500);
    this.#move({ ...this.#place, zoom: Math.min(zoom, mostZoom) });
  }

  /** Puts what the frame shows in place of the file that was chosen, and sends the form. */
  async #send(): Promise<void> {
    const { form, input, use } = this.#parts;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = sentSide;
    this.#draw(canvas);
    use.setAttribute("data-busy", "");
    const cut = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.92));
    if (!cut) return;
    const files = new DataTransfer();
    files.items.add(new File([cut], "picture.jpg", { type: cut.type }));
    input.files = files.files;
    form.requestSubmit();
  }

  #close(): void {
    this.#picture?.close();
    this.#picture = null;
    this.#parts.input.value = "";
    this.#parts.input.focus();
  }
}

const parts = find();
if (parts) new Crop(parts);
