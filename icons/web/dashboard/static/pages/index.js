// The dashboard's pages, in the order of the navigation. A page more is a module and a line here.
import { late } from "../parts/late.js";

/** `Page` is shown at #/name, `Detail` with its `id` at #/name/id. */
export const pages = [
  { name: "generate", title: "Generate", glyph: "draw", Page: late(async () => (await import("./generate.js")).GeneratePage) },
  {
    name: "batches",
    title: "Batches",
    glyph: "batch",
    Page: late(async () => (await import("./batches.js")).BatchesPage),
    Detail: late(async () => (await import("./batch.js")).BatchPage),
  },
  { name: "gallery", title: "Gallery", glyph: "gallery", Page: late(async () => (await import("./gallery.js")).GalleryPage) },
  { name: "queue", title: "Queue", glyph: "queue", Page: late(async () => (await import("./queue.js")).QueuePage) },
  { name: "settings", title: "Settings", glyph: "settings", Page: late(async () => (await import("./settings.js")).SettingsPage) },
];
