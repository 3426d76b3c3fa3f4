// Elements, and amounts and times in words. Text only ever becomes text nodes.

export function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name === 'grow') node.style.flexGrow = value;
    else if (name === 'width') node.style.width = value;
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat().filter((c) => c !== undefined && c !== false && c !== ''));
  return node;
}

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
export const count = (n) => numbers.format(n);
export const plural = (n, one, many = one + 's') => `${count(n)} ${n === 1 ? one : many}`;

export function size(mib) {
  if (mib >= 1024 * 1024) return `${count(mib / 1024 / 1024)} TiB`;
  if (mib >= 1024) return `${count(mib / 1024)} GiB`;
  return `${count(mib)} MiB`;
}

// What the master's clock is ahead of ours.
let ahead = 0;
export function setClock(now) { ahead = now - Date.now(); }

function span(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor(s / 60) % 60} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor(s / 3600) % 24} h`;
}

const inWords = (time) => span(Date.now() + ahead - Number(time.dataset.since)) + (time.dataset.after ?? '');

// since returns how long ago something was; it stays right.
export function since(ms, after = '') {
  if (!ms) return '';
  const when = new Date(ms);
  const time = el('time', { datetime: when.toISOString(), title: when.toLocaleString(), 'data-since': ms, 'data-after': after, class: 'number' });
  time.textContent = inWords(time);
  return time;
}

export function tick() {
  for (const time of document.querySelectorAll('time[data-since]')) {
    const words = inWords(time);
    if (time.textContent !== words) time.textContent = words;
  }
}

// natural is an order in which v2 comes before v10.
export const natural = (a, b) => a.localeCompare(b, 'en', { numeric: true });

// tail is the end of an id that tells it from others of the same master.
export const tail = (id) => id.slice(id.lastIndexOf('-') + 1);

const tones = {
  connected: 'good', TASK_RUNNING: 'good', done: 'good', live: 'good',
  TASK_STAGING: 'wait', TASK_STARTING: 'wait', TASK_KILLING: 'wait', TASK_UNREACHABLE: 'wait', pending: 'wait',
  disconnected: 'wait', draining: 'wait', drained: 'wait', deactivated: 'wait', 'maintenance planned': 'wait', connecting: 'wait', 'not subscribed yet': 'wait',
  TASK_FAILED: 'bad', TASK_ERROR: 'bad', TASK_LOST: 'bad', TASK_DROPPED: 'bad', TASK_GONE: 'bad', TASK_GONE_BY_OPERATOR: 'bad',
  failed: 'bad', refused: 'bad', 'no answer': 'bad',
};
export const tone = (state) => tones[state] ?? 'quiet';
export const badge = (state) => el('span', { class: `badge ${tone(state)}` }, state.replace(/^TASK_/, '').toLowerCase().replaceAll('_', ' '));

// Each role has a colour of its own, as long as there are enough; its name is always written beside it.
const colours = new Map();
export function colour(role) {
  if (!role) return '';
  if (!colours.has(role)) colours.set(role, colours.size % 6);
  return ` role-${colours.get(role)}`;
}
