/** What writes to the clipboard; the browser's own, except in tests. */
export interface Board {
  clipboard: Pick<Clipboard, "write" | "writeText">;
  Item: (new (items: Record<string, Promise<Blob>>) => ClipboardItem) | undefined;
}

const own = (): Board => ({ clipboard: navigator.clipboard, Item: globalThis.ClipboardItem });

/**
 * Copies a text that is only being made. Safari takes nothing once the press is over, so it is given the promise at once;
 * a browser that takes no promises gets the text when it is there.
 */
export async function copyWhenMade(text: Promise<string>, { clipboard, Item } = own()): Promise<void> {
  if (Item) {
    const blob = text.then((made) => new Blob([made], { type: "text/plain" }));
    try {
      return await clipboard.write([new Item({ "text/plain": blob })]);
    } catch {
      await blob; // what could not be made is not copied the other way either
    }
  }
  await clipboard.writeText(await text);
}
