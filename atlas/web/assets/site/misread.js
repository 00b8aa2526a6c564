/* A page of the static site says what of its address cannot be read. */
import { misreadSaid } from "./view.js";

/** @param {Pick<About, "lang" | "misread">} about @param {import("./view.js").Checks} checks */
export function sayMisread({ lang, misread }, checks) {
  const said = misreadSaid(window.location.search, misread, lang, checks);
  Object.assign(document.getElementById("misread") || {}, { textContent: said, hidden: !said });
}
