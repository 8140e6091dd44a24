// SPDX-License-Identifier: EUPL-1.2
// A button with data-passkey asks the server what to ask the device ("in": sign in, "new": make a passkey), lets the
// device answer, and sends the answer. What goes wrong is told beside the button.
for (const button of document.querySelectorAll("[data-passkey]")) {
  const told = document.getElementById(button.getAttribute("aria-describedby"));
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;

  const post = async (address, body) => {
    const response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(body),
    });
    if (response.redirected) {
      location.assign(response.url);
      return null;
    }
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.message);
    return answer;
  };

  const say = (text) => {
    told.textContent = text;
    told.hidden = false;
    button.disabled = false;
  };

  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
    say(button.dataset.old);
    button.disabled = true;
    continue;
  }
  button.addEventListener("click", async () => {
    button.disabled = true;
    told.hidden = true;
    try {
      const options = await post(button.dataset.ask, {});
      if (!options) return;
      let credential;
      try {
        credential = button.dataset.passkey === "in"
          ? await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey) })
          : await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey) });
      } catch {
        say(button.dataset.stopped);
        return;
      }
      const answer = await post(button.dataset.answer, {
        credential: credential.toJSON(),
        next: button.dataset.next ?? "",
        anew: button.dataset.anew === "true",
      });
      if (answer) location.assign(answer.next);
    } catch (error) {
      say(error.message || button.dataset.broken);
    }
  });
}
