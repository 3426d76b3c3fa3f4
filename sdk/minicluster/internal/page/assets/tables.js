// Frameworks, tasks, offers and operations: tables that become stacked rows in a narrow window.

import { badge, count, el, natural, plural, since, size, tail } from './dom.js';

const sub = (text) => (text ? el('span', { class: 'sub' }, text) : '');
const list = (all) => [...(all ?? [])].sort(natural).join(', ');

function holdings(x) {
  const parts = [`${count(x.cpus)} cpus`, `${size(x.mem)} mem`];
  if (x.disk) parts.push(`${size(x.disk)} disk`);
  return parts.join(', ');
}

export const tables = {
  frameworks: [
    ['Framework', (f) => [f.name || '(no name)', el('span', { class: 'sub', title: f.id }, tail(f.id))], 'text'],
    ['State', (f) => [badge(f.state), sub(f.since ? since(f.since, ' ago') : '')]],
    ['Roles', (f) => [list(f.roles), f.suppressed?.length ? sub(`suppressed: ${list(f.suppressed)}`) : '']],
    ['Principal', (f) => [f.principal ?? '']],
    ['Has', (f) => [`${plural(f.tasks, 'task')}, ${plural(f.offers, 'offer')}`]],
  ],
  tasks: [
    ['Task', (t) => [t.id, t.name !== t.id ? sub(t.name) : ''], 'text'],
    ['State', (t) => [badge(t.state), t.since ? sub(since(t.since, ' ago')) : '']],
    ['Framework', (t) => [t.framework]],
    ['Agent', (t) => [t.agent]],
    ['Volumes', (t) => [list(t.volumes)]],
    ['Holds', (t) => [t.ended ? '' : holdings(t)]],
    ['Message', (t) => [t.why ?? '']],
  ],
  offers: [
    ['Offer', (o) => [el('span', { title: o.id }, tail(o.id))], 'tight'],
    ['To', (o) => [o.framework, sub(`role ${o.role}`)], 'text'],
    ['Agent', (o) => [o.agent]],
    ['Holds', (o) => [holdings(o), o.volumes?.length ? sub(`volumes: ${list(o.volumes)}`) : '']],
    ['Out for', (o) => [since(o.since)], 'tight'],
  ],
  operations: [
    ['When', (o) => [since(o.at, ' ago')], 'tight'],
    ['Operation', (o) => [o.kind.toLowerCase().replaceAll('_', ' '), sub(o.subject)], 'text'],
    ['By', (o) => [o.by || 'operator']],
    ['Agent', (o) => [o.agent ?? '']],
    ['Outcome', (o) => [badge(o.state), sub(o.why)], 'text'],
  ],
};

// The roles are said aloud because a stacked table isn't taken for one any more.
export function table(columns, label) {
  const body = el('tbody', { role: 'rowgroup' });
  const head = el('tr', { role: 'row' }, columns.map(([name]) => el('th', { scope: 'col', role: 'columnheader' }, name)));
  return [el('table', { role: 'table', 'aria-label': label }, el('thead', { role: 'rowgroup' }, head), body), body];
}

export const tableRow = (columns, value) => el('tr', { role: 'row' },
  columns.map(([name, cell, style]) => el('td', { role: 'cell', 'data-label': name, class: style }, el('div', {}, cell(value)))));
