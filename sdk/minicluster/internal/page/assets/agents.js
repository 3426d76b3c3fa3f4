// An agent: bars of what is used and offered, and its disks to scale.

import { badge, colour, count, el, natural, size, tail } from './dom.js';

export function meter(name, amount, show) {
  const free = Math.max(0, amount.total - amount.used - amount.offered);
  const words = [`${show(amount.used)} of ${show(amount.total)} used`];
  if (amount.offered > 0) words.push(`${show(amount.offered)} on offer`);
  return el('div', { class: 'meter' },
    el('span', {}, name), el('span', { class: 'words' }, words.join(', ')),
    el('div', { class: 'track', 'aria-hidden': 'true' },
      el('i', { class: 'used', grow: amount.used }), el('i', { class: 'offered', grow: amount.offered }), el('i', { grow: free })));
}

const kinds = { ROOT: 'Root disk', PATH: 'Path', MOUNT: 'Mount', BLOCK: 'Block device', RAW: 'Raw disk' };
const looks = { reserved: 'held', taken: 'taken', free: 'free' };

function look(part) {
  if (part.kind === 'volume') return (part.in_use ? 'used' : 'idle') + colour(part.role);
  return looks[part.kind] + (part.kind === 'reserved' ? colour(part.role) : '');
}

// told is a part in words: what, for whom, in whose use.
function told(part) {
  if (part.kind === 'free') return ['free'];
  if (part.kind === 'taken') return ['taken by tasks', part.role ? ` from ${part.role}` : ''];
  if (part.kind === 'reserved') return ['reserved for ', el('b', {}, part.role)];
  const use = part.in_use ? (part.tasks?.length ? `in use by ${part.tasks.join(', ')}` : 'in use') : 'not in use';
  const owner = [`role ${part.role}`, part.principal && `principal ${part.principal}`, part.shared && 'shared', ...(part.labels ?? [])].filter(Boolean);
  return [el('b', {}, part.id), ` ${use}`, el('span', { class: 'sub' }, owner.join(', '))];
}

const row = (part) => el('li', { 'data-kind': part.kind, 'data-volume': part.id, 'data-in-use': part.kind === 'volume' ? String(Boolean(part.in_use)) : undefined },
  el('i', { class: `key ${look(part)}`, 'aria-hidden': 'true' }), el('span', {}, told(part)), el('span', { class: 'size' }, size(part.mib)));

const firstParts = 6;
const narrowest = 30; // percent: what a disk is divided into has to be seen, however small it is beside others

function disk(d, largest, key, unfolded) {
  const sorted = [...d.parts].sort((a, b) => (a.kind === 'volume' && b.kind === 'volume' && a.role === b.role ? natural(a.id, b.id) : 0));
  const parts = sorted.map(row);
  const list = el('ul', { class: 'parts' }, parts.length <= firstParts + 1 ? parts : parts.slice(0, firstParts));
  if (parts.length > firstParts + 1) {
    const rest = el('details', { open: unfolded.has(key) },
      el('summary', { 'data-focus': key }, `${count(parts.length - firstParts)} more`), el('ul', { class: 'parts' }, parts.slice(firstParts)));
    rest.addEventListener('toggle', () => (rest.open ? unfolded.add(key) : unfolded.delete(key)));
    list.append(el('li', {}, el('span'), rest));
  }
  const name = d.path ? el('span', {}, `${kinds[d.kind] ?? d.kind} `, el('code', {}, d.path)) : el('span', {}, kinds[d.kind] ?? d.kind);
  return el('div', { class: 'disk' },
    el('h4', {}, name, el('span', {}, size(d.total))),
    el('div', { class: 'platter', 'aria-hidden': 'true', width: `${Math.max(narrowest, (100 * d.total) / largest)}%` },
      sorted.map((p) => el('i', { class: look(p), grow: p.mib / d.total, title: `${p.id ?? p.kind}${p.role ? ` (${p.role})` : ''}: ${size(p.mib)}` }))),
    list);
}

export function agentCard(a, unfolded) {
  const largest = Math.max(...a.disks.map((d) => d.total), 1);
  return el('article', { class: 'card', 'aria-label': `Agent ${a.host}` },
    el('header', {}, el('h3', {}, a.host), el('span', { class: 'soft tail', title: a.id }, tail(a.id)), badge(a.state)),
    a.attributes?.length ? el('ul', { class: 'tags', 'aria-label': 'Attributes' }, a.attributes.map((t) => el('li', {}, t))) : '',
    meter('cpus', a.cpus, count), meter('mem', a.mem, size),
    a.disks.map((d, i) => disk(d, largest, `${a.id}/${i}`, unfolded)));
}
