// Gives Node the EventSource that a browser has. It sends the token of SDK_TOKEN as a header, which is the one thing
// that the guide's example leaves out.
import { EventSource } from "eventsource";

const authorization = { Authorization: `Bearer ${process.env.SDK_TOKEN}` };

globalThis.EventSource = class extends EventSource {
  constructor(url) {
    super(url, { fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, ...authorization } }) });
  }
};
