// Lists of categories as people have them: lines, CSV, or the simple YAML of a catalogue.

/**
 * {categories: ["Tools", ...], elements: {Tools: ["hammer"]}, repeated: n}, each category once.
 *
 * Understood are one category per line; `category, element, element` (or ; or tab) per line, with or without a heading
 * line; and YAML's `- tools` and `- tools: [hammer, wrench]`, other YAML keys being skipped.
 */
export function parseList(text) {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/).filter((line) => line.trim() && !/^\s*#/.test(line));
  const isYaml = lines.some((line) => /^\s*-\s+\S/.test(line));
  const rows = isYaml ? lines.flatMap(yamlRow) : lines.map(csvRow).filter(notHeading);
  const categories = [];
  const elements = {};
  const seen = new Set();
  for (const [category, ...objects] of rows) {
    const key = category?.toLowerCase();
    if (!key || seen.has(key)) continue;
    seen.add(key);
    categories.push(category);
    if (objects.length) elements[category] = objects.slice(0, 8);
  }
  return { categories, elements, repeated: rows.length - categories.length };
}

/** Cells of a line, quotes respected: `"Food, drink",apple` -> ["Food, drink", "apple"]. */
function csvRow(line) {
  const mark = [";", "\t", ","].find((each) => line.includes(each)) ?? ",";
  const cells = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const char = line[at];
    if (char === '"' && quoted && line[at + 1] === '"') cell += line[++at];
    else if (char === '"') quoted = !quoted;
    else if (char === mark && !quoted) cells.push(cell), (cell = "");
    else cell += char;
  }
  return [...cells, cell].map((each) => each.trim()).filter(Boolean);
}

function notHeading([first], index) {
  return index > 0 || !/^(category|categories|name)$/i.test(first ?? "");
}

/** `- tools: [hammer, wrench]` -> [["tools", "hammer", "wrench"]]; lines without a dash are none. */
function yamlRow(line) {
  const found = /^\s*-\s+(.*)$/.exec(line);
  if (!found) return [];
  const [, name, objects] = /^(.*?):\s*\[(.*)\]\s*$/.exec(found[1]) ?? [null, found[1], ""];
  return [[unquoted(name), ...objects.split(",").map(unquoted).filter(Boolean)]];
}

const unquoted = (text) => text.trim().replace(/^(["'])(.*)\1$/, "$2").replace(/:$/, "").trim();
