// Where the person is: the part of the address after "#".
import { signal } from "@preact/signals";

/** {page: "batches", id: "..." | undefined, query: URLSearchParams} */
export const place = signal(parse());

addEventListener("hashchange", () => (place.value = parse()));

/** Goes to "batches" or "batches/<id>". */
export function go(path) {
  location.hash = `#/${path}`;
}

function parse() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [page, id] = path.split("/");
  return { page: page || "generate", id: id && decodeURIComponent(id), query: new URLSearchParams(query) };
}
