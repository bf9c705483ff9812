// What the studio can do, for those who have not asked yet: `python -m tools.dashboard_samples` draws these requests.
import { own } from "./own.js";

const REQUESTS = [
  ["Rocket", "modern", "brand_colors"],
  ["Pizza", "sticker", "warm"],
  ["Cloud storage", "glass", "brand_colors"],
  ["Coffee", "clay", "earth"],
  ["Security", "badge", "blue_tones"],
  ["Gardening", "gradient", "green_tones"],
  ["Birthday", "illustrated", "vibrant"],
  ["Music", "neon", "dark"],
  ["Dog", "sticker", "earth"],
  ["Lighthouse", "modern", "sunset"],
  ["Robot", "clay", "cool"],
  ["Video games", "pixel", "retro"],
];

/** [{category, style, color_scheme, picture: its address}, ...] */
export const showcase = REQUESTS.map(([category, style, color_scheme]) => ({
  category,
  style,
  color_scheme,
  picture: own(`showcase/${category.toLowerCase().replaceAll(" ", "-")}.webp`),
}));
