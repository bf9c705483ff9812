// The tags of one picture, or tags for many.
import { html } from "../../core/html.js";
import { isNote } from "../../core/pictures.js";
import { TAG_TYPES, tagText } from "../../core/tags.js";
import { title } from "../../core/words.js";
import { Field } from "../../parts/fields.js";
import { Glyph } from "../../parts/glyph.js";

/** `add(tag)`, `drop(tag)`: what a person does to them. */
export function TagEditor({ tags, add, drop }) {
  const shown = tags.filter((each) => !isNote(each));
  return html`<div class="tags">
    ${shown.map((each) => html`<span key=${tagText(each)} class="chip">
        ${tagText(each)}<button type="button" aria-label="Remove ${tagText(each)}" onClick=${() => drop(each)}><${Glyph} name="close" size="14" /></button>
      </span>`)}
    <${NewTag} add=${add} />
  </div>`;
}

/** One more tag, by type and id. */
export function NewTag({ add }) {
  const onSubmit = (event) => {
    event.preventDefault();
    const { tagType, tagId } = Object.fromEntries(new FormData(event.target));
    if (!tagId.trim()) return;
    add({ tagType, tagId: tagId.trim() });
    event.target.reset();
  };
  return html`<form class="new-tag" onSubmit=${onSubmit}>
    <${Field} label="Kind of tag">
      ${(id) => html`<select id=${id} class="input" name="tagType">
        ${TAG_TYPES.map((each) => html`<option key=${each} value=${each}>${title(each.toLowerCase())}</option>`)}
      </select>`}
    <//>
    <${Field} label="New tag">${(id) => html`<input id=${id} class="input" name="tagId" maxlength="255" placeholder="New tag" autocomplete="off" />`}<//>
    <button class="button icon-only" aria-label="Add tag" title="Add tag"><${Glyph} name="plus" size="16" /></button>
  </form>`;
}
