// Stands for any page that draws: the same prompt, the same picture; it takes a moment.
const MOMENT = 500; // ms
const canvas = document.querySelector("canvas");
const pen = canvas.getContext("2d");

/** Numbers from 0 to 1 that depend on the text alone (FNV-1a, then a linear congruence). */
function* numbers(text) {
  let seed = 2166136261;
  for (const char of text) seed = Math.imul(seed ^ char.codePointAt(0), 16777619) >>> 0;
  for (;;) yield (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

function draw(prompt) {
  const chance = numbers(prompt);
  const next = () => chance.next().value;
  pen.fillStyle = `hsl(${360 * next()} 60% 90%)`;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  for (let count = 0; count < 12; count++) {
    pen.fillStyle = `hsl(${360 * next()} 70% 50% / 0.8)`;
    pen.beginPath();
    pen.arc(512 * next(), 512 * next(), 20 + 100 * next(), 0, 2 * Math.PI);
    pen.fill();
  }
}

document.querySelector("form").onsubmit = (event) => {
  event.preventDefault();
  setTimeout(draw, MOMENT, document.querySelector("textarea").value);
};
