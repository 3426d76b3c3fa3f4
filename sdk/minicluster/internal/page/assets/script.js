// The page: what it knows, how it is told, and what is shown of it.

import { agentCard, meter } from './agents.js';
import { colour, count, el, natural, plural, setClock, since, size, tick, tone } from './dom.js';
import { List } from './list.js';
import { table, tableRow, tables } from './tables.js';

const $ = (selector) => document.querySelector(selector);
const names = ['agents', 'frameworks', 'tasks', 'offers', 'operations'];
const known = { master: new Map(), ...Object.fromEntries(names.map((n) => [n, new Map()])) };
const unfolded = new Set(); // disks whose long lists are open

// What to do where nothing is.
const at = (path) => el('code', {}, location.origin + path);
const empty = {
  agents: () => [el('strong', {}, 'No agent is registered.'), 'A cluster starts with those in its Config.Agents; one that was stopped comes back with StartAgent.'],
  frameworks: () => [el('strong', {}, 'No framework yet.'), 'Subscribe one: send SUBSCRIBE to ', at('/api/v1/scheduler'), '.'],
  tasks: () => [el('strong', {}, 'No task yet.'), 'A framework starts one when it accepts an offer with LAUNCH.'],
  offers: () => [el('strong', {}, 'Nothing is on offer.'), [...known.frameworks.values()].some((f) => f.state === 'connected')
    ? 'What is free was declined for a while, or offers are suppressed: REVIVE asks for them again.'
    : 'Offers go out as soon as a framework has subscribed.'],
  operations: () => [el('strong', {}, 'No operation yet.'), 'RESERVE, CREATE, LAUNCH and the like appear here with their outcome, whoever asks for them.'],
};

const ended = (t) => (t.ended ? 1 : 0);
const byID = (a, b) => a.id.length - b.id.length || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
const orders = {
  agents: byID,
  frameworks: (a, b) => (a.state === 'removed') - (b.state === 'removed') || byID(a, b),
  tasks: (a, b) => ended(a) - ended(b) || (ended(a) ? b.since - a.since : natural(a.id, b.id)),
  offers: byID,
  operations: (a, b) => b.number - a.number,
};
const steps = { agents: 24, frameworks: 20, tasks: 30, offers: 15, operations: 15 };

const lists = Object.fromEntries(names.map((name) => {
  const place = $(`#${name} .list`);
  if (name === 'agents') return [name, new List(place, place, (a) => agentCard(a, unfolded), steps[name], empty[name])];
  const [whole, body] = table(tables[name], $(`#${name}-title`).textContent);
  place.append(whole);
  return [name, new List(place, body, (value) => tableRow(tables[name], value), steps[name], empty[name])];
}));

// Filter: an entry matches that has all the words somewhere.
const hay = new WeakMap();
function texts(value) {
  if (typeof value === 'string') return value.toLowerCase();
  if (value && typeof value === 'object') return Object.values(value).map(texts).join('\n');
  return '';
}
function matches(value, words) {
  if (!hay.has(value)) hay.set(value, texts(value));
  return words.every((w) => hay.get(value).includes(w));
}

const asides = {
  agents: () => { const m = known.master.get(''); return m?.volumes ? `${plural(m.volumes, 'volume')}, ${count(m.in_use)} in use` : ''; },
  tasks: () => { const left = known.master.get('')?.left; return left ? `and ${count(left)} more tasks or offers than are shown here` : ''; },
};

const dirty = new Set();
let drawing = false;
function draw(...sets) {
  for (const s of sets) dirty.add(s);
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    if (dirty.has('master')) drawMaster();
    if (dirty.has('frameworks')) dirty.add('offers'); // its empty state depends on them
    const filter = $('#filter').value.trim();
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
    for (const name of names) if (dirty.has(name)) drawList(name, filter, words);
    for (const name of ['agents', 'tasks']) $(`#${name} .aside`).textContent = asides[name]();
    $('#matches').textContent = filter ? names.map((n) => plural(lists[n].entries?.length ?? 0, n.slice(0, -1))).join(', ') : '';
    dirty.clear();
  });
}

function drawList(name, filter, words) {
  const all = [...known[name]].sort((a, b) => orders[name](a[1], b[1]));
  const entries = words.length ? all.filter(([, value]) => matches(value, words)) : all;
  lists[name].update(entries, all.length, filter);
  $(`[data-count=${name}]`).textContent = count(name === 'tasks' ? all.filter(([, t]) => !t.ended).length : all.length);
}

function drawMaster() {
  const m = known.master.get('');
  if (!m) return;
  const fact = (name, ...value) => [el('dt', {}, name), el('dd', {}, ...value)];
  $('#facts').replaceChildren(...[
    fact('Leader', m.leader), fact('Master', el('span', { class: 'mono' }, m.id)), fact('Up for', since(m.started)), fact('Speaks', `Mesos ${m.version}`),
  ].flat());
  $('#totals').replaceChildren(meter('cpus', m.cpus, count), meter('mem', m.mem, size), meter('disk', m.disk, size));
}

// Events: each brings what has changed.
function learn(event) {
  const change = JSON.parse(event.data);
  setClock(change.now);
  const sets = new Set();
  if (change.all) for (const [name, map] of Object.entries(known)) { map.clear(); sets.add(name); }
  for (const [name, entries] of Object.entries(change.set ?? {})) {
    sets.add(name);
    for (const [key, value] of Object.entries(entries)) known[name]?.set(key, value);
  }
  for (const [name, keys] of Object.entries(change.gone ?? {})) {
    sets.add(name);
    for (const key of keys) known[name]?.delete(key);
  }
  if (sets.has('agents')) {
    for (const a of [...known.agents.values()].sort(byID)) for (const d of a.disks) for (const p of d.parts) colour(p.role);
  }
  say('live');
  draw(...sets);
}

let heard;
function say(state) {
  const link = $('#link');
  if (state === 'live') heard = new Date();
  if (link.textContent !== state) {
    link.textContent = state;
    link.className = `badge ${tone(state)}`;
  }
  const stale = state !== 'live' && heard;
  $('#stale').hidden = !stale;
  if (stale) $('#stale').textContent = `The master doesn't answer. What you see is from ${heard.toLocaleTimeString()}. It is asked again every few seconds.`;
}

// A hidden page hears nothing: browsers allow few connections to a host.
let source, again;
function listen() {
  clearTimeout(again);
  source?.close();
  source = undefined;
  if (document.hidden) return;
  source = new EventSource('page/live');
  source.addEventListener('message', learn);
  source.addEventListener('error', () => {
    say('no answer');
    if (source?.readyState === EventSource.CLOSED) again = setTimeout(retry, 3000);
  });
}

// A master that leads no longer sends its visitors on to the one that does; a stream can't follow.
async function retry() {
  const answer = await fetch(location.pathname, { method: 'HEAD', redirect: 'manual', cache: 'no-store' }).catch(() => undefined);
  if (answer?.type === 'opaqueredirect') location.reload();
  else listen();
}
document.addEventListener('visibilitychange', listen);

$('#filter').addEventListener('input', () => draw(...names));
document.addEventListener('keydown', (e) => {
  if (e.key === '/' && document.activeElement !== $('#filter') && !e.ctrlKey && !e.metaKey && !e.altKey) {
    e.preventDefault();
    $('#filter').focus();
  } else if (e.key === 'Escape' && document.activeElement === $('#filter')) {
    $('#filter').value = '';
    draw(...names);
  }
});
for (const link of document.querySelectorAll('nav a')) {
  link.addEventListener('click', () => { $(`${link.hash} > details`).open = true; });
}
setInterval(tick, 1000);
listen();
