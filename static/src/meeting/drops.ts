/**
 * A file that is dropped where nothing takes it is not opened in place of the meeting, as some browsers would. Has to be called before
 * the chat is made, which takes what is dropped onto it.
 */
export function keepPage(target: EventTarget, until: AbortSignal): void {
  const keep = (event: Event) => {
    const data = (event as DragEvent).dataTransfer;
    if (!data?.types.includes("Files")) return; // a text may be dropped into a field
    event.preventDefault();
    data.dropEffect = "none";
  };
  for (const kind of ["dragenter", "dragover", "drop"]) target.addEventListener(kind, keep, { signal: until });
}
