// The dashboard's pages, in the order of the navigation. A page more is a module and a line here.
import { BatchPage } from "./batch.js";
import { BatchesPage } from "./batches.js";
import { GalleryPage } from "./gallery.js";
import { GeneratePage } from "./generate.js";
import { QueuePage } from "./queue.js";
import { SettingsPage } from "./settings.js";

/** `Page` is shown at #/name, `Detail` with its `id` at #/name/id. */
export const pages = [
  { name: "generate", title: "Generate", glyph: "draw", Page: GeneratePage },
  { name: "batches", title: "Batches", glyph: "batch", Page: BatchesPage, Detail: BatchPage },
  { name: "gallery", title: "Gallery", glyph: "gallery", Page: GalleryPage },
  { name: "queue", title: "Queue", glyph: "queue", Page: QueuePage },
  { name: "settings", title: "Settings", glyph: "settings", Page: SettingsPage },
];
