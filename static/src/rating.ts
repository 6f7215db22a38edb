/**
 * "How was the call?": what is pressed is sent at once and the page stays as it is, so that an advertisement beside it goes on counting.
 * Without this script the form is sent and comes back.
 */
export function rateCalls(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-rate]")) {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!(button instanceof HTMLButtonElement)) return;
      event.preventDefault();
      void send(form, button);
    });
  }
}

async function send(form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
  const said = form.querySelector<HTMLElement>("[data-said]");
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form, button)) body.append(name, String(value));
  const done = await fetch(form.action, { method: "POST", headers: { accept: "application/json" }, body }).then(
    (answer) => answer.ok,
    () => false,
  );
  if (done) for (const one of form.querySelectorAll("button")) one.setAttribute("aria-pressed", String(one === button));
  if (said) said.textContent = (done ? said.dataset["thanks"] : form.dataset["failed"]) ?? "";
}
