// A list that grows on demand and redraws only what has changed.

import { count, el } from './dom.js';

export class List {
  // place: the element it is in; body: where entries go; draw(value): an entry's element; step: how many at first.
  constructor(place, body, draw, step, empty) {
    Object.assign(this, { place, body, draw, step, empty, limit: step, drawn: new Map() });
    this.button = el('button', { type: 'button' });
    this.button.addEventListener('click', () => { this.limit += this.step * 2; this.calm = true; this.update(this.entries, this.total, this.words); });
    this.more = el('p', { class: 'more' }, this.button);
    this.note = el('div', { class: 'empty' });
  }

  // update shows entries ([key, value]) of a total; words are those of the filter.
  update(entries, total, words) {
    const before = this.entries !== undefined;
    Object.assign(this, { entries, total, words });
    const shown = entries.slice(0, this.limit);
    const wanted = new Set(shown.map(([key]) => key));
    for (const [key, one] of this.drawn) {
      if (!wanted.has(key)) { one.node.remove(); this.drawn.delete(key); }
    }
    let at = this.body.firstElementChild;
    for (const [key, value] of shown) {
      let one = this.drawn.get(key);
      if (!one || one.value !== value) {
        const next = this.redraw(key, value, one, before && !words && !this.calm);
        if (one?.node === at) at = next.node;
        one = next;
      }
      if (one.node === at) at = at.nextElementSibling;
      else this.body.insertBefore(one.node, at);
    }
    this.calm = false;
    this.ends(entries.length - shown.length, total, words);
  }

  redraw(key, value, old, fresh) {
    const node = this.draw(value);
    const focused = old?.node.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
    if (old) old.node.replaceWith(node);
    else if (fresh) node.classList.add('fresh');
    if (focused) [...node.querySelectorAll('[data-focus]')].find((n) => n.dataset.focus === focused)?.focus();
    const one = { node, value };
    this.drawn.set(key, one);
    return one;
  }

  ends(left, total, words) {
    const none = this.entries.length === 0;
    this.body.closest('table')?.toggleAttribute('hidden', none);
    if (none) {
      this.note.replaceChildren(...(total > 0 ? [el('strong', {}, `None of ${count(total)} matches “${words}”.`), 'Esc in the filter shows all again.'] : this.empty()));
      this.place.append(this.note);
    } else this.note.remove();
    if (left > 0) {
      const next = Math.min(left, this.step * 2);
      this.button.textContent = next < left ? `Show ${count(next)} more of ${count(left)}` : `Show ${count(left)} more`;
      this.place.append(this.more);
    } else this.more.remove();
  }
}
