/* A button that copies the address of exactly this view, its date included. */
export default function (component) {
  const { parentElement, data } = component;
  let button = parentElement.querySelector("button");
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    button.className = "atlas-copy";
    const said = document.createElement("span");
    said.setAttribute("role", "status");
    said.className = "atlas-copied";
    parentElement.append(button, said);
  }
  const said = parentElement.querySelector("span");
  button.textContent = data.label;
  button.onclick = async () => {
    const url = new URL(window.location.href);
    url.search = data.query;
    try {
      await navigator.clipboard.writeText(url.href);
      said.textContent = data.done;
    } catch (error) {
      window.history.replaceState(null, "", url); // no clipboard (plain http): the address bar holds it
      said.textContent = data.address;
    }
    setTimeout(() => { said.textContent = ""; }, 4000);
  };
}
