// The connection to the service: introduces itself, keeps in touch, comes back when it breaks.
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000; // ms between two tries: full jitter, doubling
const BEAT = 5000; // ms, where the service does not say; the socket's traffic keeps the service worker awake
const UNAUTHORIZED = 4401;
const FULL = 1013;

export class Line {
  #socket = null;
  #settings = null;
  #failures = 0;
  #beating = 0;
  #waiting = 0;
  #most = Infinity; // bytes of a message that the service takes
  #heed;

  /** `heed` takes the service's orders; `standing()` tells how busy we are; `show(name, detail)` what to display. */
  constructor({ heed, standing, show }) {
    this.#heed = heed;
    this.standing = standing;
    this.show = show;
  }

  /** Connects unless it is connected, or on its way. */
  open(settings) {
    if (this.#socket) return;
    clearTimeout(this.#waiting);
    this.#settings = settings;
    this.show("connecting");
    let socket;
    try {
      socket = new WebSocket(settings.server);
    } catch {
      this.show("refused", "The server's address is no ws:// or wss:// address.");
      return;
    }
    this.#socket = socket;
    socket.onmessage = ({ data }) => socket === this.#socket && this.#hear(JSON.parse(data));
    socket.onclose = ({ code }) => socket === this.#socket && this.#lost(code);
  }

  close() {
    clearTimeout(this.#waiting);
    clearInterval(this.#beating);
    const socket = this.#socket;
    this.#socket = null;
    this.#failures = 0;
    socket?.close(1000);
  }

  /** Whether the message has left. */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Whether the service would take a message. What is large of it is base64: a byte a character. */
  fits(message) {
    return JSON.stringify(message).length <= this.#most;
  }

  beat() {
    this.send({ type: "heartbeat", extensionId: chrome.runtime.id, status: this.standing() });
  }

  #hear(message) {
    switch (message.type) {
      case "authentication_required":
        this.send(this.#introduction());
        break;
      case "authentication_success":
        this.#failures = 0;
        this.#most = message.maxMessageSize ?? Infinity;
        this.show("open");
        this.beat();
        this.#beating = setInterval(() => this.beat(), message.heartbeatInterval ?? BEAT);
        break;
      default:
        this.#heed(message);
    }
  }

  #introduction() {
    const metadata = {
      version: chrome.runtime.getManifest().version,
      capabilities: ["image-generation"],
      capacity: 1,
      acknowledge: true,
      token: this.#settings.token,
    };
    return { type: "authenticate", extensionId: chrome.runtime.id, metadata };
  }

  #lost(code) {
    clearInterval(this.#beating);
    this.#socket = null;
    if (code === UNAUTHORIZED) {
      this.show("refused", "The service does not accept the token.");
      return;
    }
    const pause = Math.random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** ++this.#failures);
    const full = "The service has no place for another worker at present.";
    const away = "The service is out of reach, or does not let this extension in (CORS_ORIGINS).";
    this.show("connecting", code === FULL ? full : away);
    this.#waiting = setTimeout(() => this.open(this.#settings), pause);
  }
}
