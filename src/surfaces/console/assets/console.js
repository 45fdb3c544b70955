// @ts-check
'use strict';
/* The console's only script. Pages work without it: it moves the clocks, follows the stream, keeps an answer from getting lost
   on a bad network, and gives keys. It never decides anything. */
(() => {
  const body = document.body;
  // In a drill `now` is the scenario's, which runs as fast as its facilitator lets it; the wall has its own.
  let set = { at: Date.now(), now: Number(body.dataset.now), rate: 1, wall: Number(body.dataset.now) };
  if (body.dataset.wall) Object.assign(set, { wall: Number(body.dataset.wall), rate: Number(body.dataset.rate) });
  const now = () => set.now + (Date.now() - set.at) * set.rate;
  const wall = () => set.wall + Date.now() - set.at;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // --- clocks ---------------------------------------------------------------------------------------------------------------
  const two = (n) => String(n).padStart(2, '0');
  const clock = (ms) => {
    const s = Math.max(0, Math.floor(ms / 1000));
    const h = Math.floor(s / 3600);
    const m = Math.floor((s % 3600) / 60);
    return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
  };
  const setText = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };
  const tick = () => {
    const at = now();
    for (const element of all('[data-until]')) {
      const left = Number(element.dataset.until) - at;
      const from = element.dataset.from;
      setText(element, left <= 0 && from !== undefined ? `late ${clock(-left)}` : clock(left));
      if (from === undefined) continue;
      element.classList.toggle('c-act', left <= 0);
      element.classList.toggle('c-soon', left > 0 && left <= (Number(element.dataset.until) - Number(from)) / 4);
    }
    for (const element of all('[data-scenario]')) setText(element, `T+${clock(at - Number(element.dataset.scenario))}`);
    for (const element of all('[data-wall-clock]')) setText(element, new Date(wall()).toISOString().slice(11, 19));
    for (const element of all('[data-since]')) setText(element, clock(at - Number(element.dataset.since)));
    for (const fuse of all('[data-fuse-from]')) {
      const from = Number(fuse.dataset.fuseFrom);
      const share = Math.min(1, Math.max(0, (at - from) / Math.max(1, Number(fuse.dataset.fuseUntil) - from)));
      const percent = `${(share * 100).toFixed(1)}%`;
      fuse.querySelector('.burnt')?.setAttribute('x2', percent);
      fuse.querySelector('[data-fuse-now]')?.setAttribute('x', percent);
    }
  };
  setInterval(tick, 1000);

  // --- replacing parts of the page -------------------------------------------------------------------------------------------
  const typing = (root) => {
    const active = document.activeElement;
    const field = (e) => e instanceof HTMLElement && e.matches('input:not([type=hidden]), textarea, select');
    if (active && root.contains(active) && field(active)) return true;
    return all('textarea, select, input:not([type=hidden], [type=checkbox])', root).some(changed);
  };
  /** Not as the server sent it. */
  const changed = (e) => {
    if (e instanceof HTMLSelectElement) {
      const sent = all('option', e).findIndex((option) => option.defaultSelected);
      return e.selectedIndex !== Math.max(0, sent);
    }
    return e.matches('[type=checkbox], [type=radio]') ? e.checked !== e.defaultChecked : e.value !== e.defaultValue;
  };
  /** What to look for after the swap, so that focus stays where it was. */
  const focusKey = (root) => {
    const active = document.activeElement;
    if (!(active instanceof HTMLElement) || !root.contains(active)) return null;
    if (active.id) return `#${CSS.escape(active.id)}`;
    if (active.dataset.key) return `[data-key="${CSS.escape(active.dataset.key)}"]`;
    const href = active.getAttribute('href');
    if (href) return `a[href="${CSS.escape(href)}"]`;
    const details = active.closest('details[id]');
    return active.matches('summary') && details ? `#${CSS.escape(details.id)} > summary` : null;
  };
  const swap = (element, replace) => {
    if (typing(element)) return false;
    const open = all('details[open][id]', element).map((e) => e.id);
    const focus = focusKey(element);
    replace(element);
    for (const id of open) document.getElementById(id)?.setAttribute('open', '');
    if (focus) element.querySelector(focus)?.focus({ preventScroll: true });
    return true;
  };
  const parse = (html) => new DOMParser().parseFromString(html, 'text/html');
  const adopt = (html) => (element) => element.replaceChildren(...parse(html).body.childNodes);

  // --- the stream ------------------------------------------------------------------------------------------------------------
  const announce = (text) => {
    const region = document.getElementById('announce');
    if (region && text) region.textContent = text;
  };
  const live = document.querySelector('[data-live]');
  const liveText = document.querySelector('[data-live-text]');
  const say = (text, alive) => {
    if (liveText) setText(liveText, text);
    live?.classList.toggle('still', !alive);
  };
  const decision = live instanceof HTMLElement ? live.dataset.decision : undefined;
  const reloadMain = async () => {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
    takeMain(await answer.text());
  };
  const grown = (message) => {
    const { now, clock } = message;
    set = { at: Date.now(), now, rate: clock?.rate ?? 1, wall: clock?.wall ?? now };
    if (decision !== undefined) {
      if (message.touched.includes(Number(decision))) void reloadMain().catch(() => {});
    } else {
      for (const [id, html] of Object.entries(message.parts)) {
        const element = document.getElementById(id);
        if (element) swap(element, adopt(html));
      }
      if (message.title) document.title = message.title;
    }
    announce(message.announce);
    tick();
  };
  if (live instanceof HTMLElement && live.dataset.live) {
    const source = new EventSource(live.dataset.live);
    source.addEventListener('open', () => {
      say('Live', true);
      document.querySelector('[data-refresh]')?.setAttribute('hidden', '');
    });
    source.addEventListener('grown', (event) => grown(JSON.parse(event.data)));
    source.addEventListener('error', () => {
      say(`Not live since ${new Date(wall()).toISOString().slice(11, 19)}.`, false);
      document.querySelector('[data-refresh]')?.removeAttribute('hidden');
    });
    addEventListener('pagehide', () => source.close());
  }

  // --- sending ---------------------------------------------------------------------------------------------------------------
  const takeMain = (html) => {
    const page = parse(html);
    const main = page.querySelector('main');
    if (!main) return;
    document.querySelector('main')?.replaceChildren(...main.childNodes);
    document.title = page.title;
    const first = document.querySelector('main [role=alert]:not([hidden])') ?? document.querySelector('main h1');
    if (first instanceof HTMLElement) {
      first.tabIndex = -1;
      first.focus();
    }
    tick();
  };
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.dataset.send === undefined) return;
    event.preventDefault();
    void send(form);
  });
  const send = async (form) => {
    const buttons = [...all('button', form), ...all(`button[form="${CSS.escape(form.id || '-')}"]`)];
    const failed = document.querySelector('[data-not-sent]');
    for (const button of buttons) button.disabled = true;
    try {
      const answer = await fetch(form.action, {
        method: 'POST',
        body: new URLSearchParams([...new FormData(form)].map(([k, v]) => [k, String(v)])),
        headers: { accept: 'text/html' },
        redirect: 'manual',
      });
      if (answer.type === 'opaqueredirect') location.assign(form.dataset.then ?? location.href);
      else takeMain(await answer.text());
    } catch {
      if (failed) {
        failed.removeAttribute('hidden');
        failed.scrollIntoView({ block: 'nearest' });
      } else announce('Not sent: this device could not reach Tocsin. Trying again is harmless.');
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  };

  // --- what is half typed ----------------------------------------------------------------------------------------------------
  // Some pages hold several forms, and sending one loads the page anew: what stands half typed in the others comes back, and the
  // reader stays where they were. Kept by this tab alone, and only until the page is there again.
  const main = document.querySelector('main');
  const typedKey = main?.dataset.keep && `tocsin-typed ${main.dataset.keep}`;
  let sentForm = null;
  document.addEventListener('submit', (event) => {
    sentForm = event.defaultPrevented ? null : event.target;
  });
  const keepTyped = () => {
    const fields = all('textarea[id], select[id], input[id]:not([type=hidden], [type=password])', main);
    const typed = fields.filter((e) => e.form !== sentForm && changed(e)).map((e) => [e.id, e.checked ?? null, e.value]);
    const signsOut = sentForm?.matches('[action="/sign-out"]');
    if (signsOut || (typed.length === 0 && !sentForm)) sessionStorage.removeItem(typedKey);
    else sessionStorage.setItem(typedKey, JSON.stringify({ typed, at: sentForm ? scrollY : null }));
  };
  const bringBack = () => {
    const kept = sessionStorage.getItem(typedKey);
    if (kept === null) return;
    sessionStorage.removeItem(typedKey);
    const { typed, at } = JSON.parse(kept);
    for (const [id, checked, value] of typed) {
      const e = document.getElementById(id);
      if (!(e instanceof HTMLElement) || !e.matches('textarea, select, input') || changed(e)) continue;
      // What the server filled in is newer.
      const filled = e instanceof HTMLSelectElement ? e.querySelector('option[selected]') : e.defaultValue;
      if (e.matches('[type=checkbox], [type=radio]')) e.checked = checked;
      else if (!filled) e.value = value;
      e.closest('details')?.setAttribute('open', '');
    }
    if (at !== null && location.hash === '' && !document.querySelector('main [role=alert]')) scrollTo(0, at);
  };
  if (typedKey) {
    try {
      bringBack();
    } catch {
      // A browser that keeps nothing.
    }
    addEventListener('pagehide', () => {
      try {
        keepTyped();
      } catch {
        // The same.
      }
    });
  }

  // --- citing events ---------------------------------------------------------------------------------------------------------
  // The number of an event goes into the form that was written in last, or stands open.
  let citing = null;
  const cited = () => (citing?.value ?? '').split(/[\s,;#]+/).filter((word) => word !== '');
  const markCited = () => {
    const numbers = cited();
    for (const button of all('[data-cite]')) button.setAttribute('aria-pressed', String(numbers.includes(button.dataset.cite)));
  };
  const citeInto = (form) => {
    const field = form?.querySelector('[data-cites]');
    if (!field) return;
    citing = field;
    markCited();
  };
  document.addEventListener('focusin', (event) => citeInto(event.target.closest?.('form')));
  document.addEventListener('toggle', (event) => event.target.open && citeInto(event.target), true);
  document.addEventListener('input', (event) => event.target === citing && markCited());
  document.addEventListener('click', (event) => {
    const number = event.target.closest?.('[data-cite]')?.dataset.cite;
    if (number === undefined) return;
    citing ??= document.querySelector('details[open] [data-cites]');
    if (!citing) return announce('Open a form first: the event is cited there.');
    const numbers = cited();
    const taken = numbers.includes(number);
    citing.value = (taken ? numbers.filter((one) => one !== number) : [...numbers, number]).join(', ');
    markCited();
    announce(`Event ${number} is ${taken ? 'no longer cited' : 'cited'}.`);
  });

  // --- keys ------------------------------------------------------------------------------------------------------------------
  const dialog = document.getElementById('keys');
  if (!(dialog instanceof HTMLDialogElement)) return;
  const storeKey = 'tocsin-keys';
  const remembered = () => {
    try {
      return localStorage.getItem(storeKey);
    } catch {
      return null;
    }
  };
  const toggle = document.getElementById('keys-on');
  if (toggle instanceof HTMLInputElement) {
    toggle.checked = remembered() !== 'off';
    toggle.addEventListener('change', () => {
      try {
        localStorage.setItem(storeKey, toggle.checked ? 'on' : 'off');
      } catch {
        // A browser that keeps nothing: it counts for this page.
      }
    });
  }
  const keysOn = () => !(toggle instanceof HTMLInputElement) || toggle.checked;
  for (const button of all('[data-keys]')) {
    button.removeAttribute('hidden');
    button.addEventListener('click', () => dialog.showModal());
  }
  const move = (by) => {
    const rows = all('main [data-row], main .log a.seq').filter((e) => e.getClientRects().length > 0);
    const at = rows.indexOf(document.activeElement);
    rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by))]?.focus();
  };
  const focusOn = (selector) => {
    const element = document.querySelector(selector);
    if (!(element instanceof HTMLElement)) return;
    element.scrollIntoView({ block: 'nearest' });
    element.focus();
  };
  const go = (path) => document.querySelector(`.nav a[href="${path}"]`) && location.assign(path);
  /** To the page that asks whether to do it. */
  const follow = (selector) => {
    const link = document.querySelector(`main ${selector}`);
    if (link instanceof HTMLAnchorElement) location.assign(link.href);
  };
  const actions = {
    'g n': () => go('/'),
    'g i': () => go('/incidents'),
    'g s': () => go('/alerts'),
    'g c': () => go('/checks'),
    'g p': () => go('/playbooks'),
    'g d': () => go('/drills'),
    f: () => follow('[data-fire]'),
    ' ': () => follow('[data-pause]'),
    j: () => move(1),
    k: () => move(-1),
    o: () => document.activeElement instanceof HTMLAnchorElement && document.activeElement.click(),
    q: () => focusOn('.ask, .waiting'),
    n: () => {
      document.getElementById('note')?.setAttribute('open', '');
      focusOn('#note-text');
    },
  };
  let prefix = '';
  document.addEventListener('keydown', (event) => {
    const target = event.target;
    const inField = target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
    if (event.ctrlKey || event.metaKey || event.altKey || inField || dialog.open) return;
    if (event.key === '?') {
      event.preventDefault();
      dialog.showModal();
      return;
    }
    if (!keysOn()) return;
    const key = prefix + event.key;
    prefix = event.key === 'g' ? 'g ' : '';
    const action = actions[key];
    // The space bar presses what has the focus, and turns the page where there is nothing to pause.
    const pressing = event.key === ' ' && target instanceof HTMLElement && target.matches('a, button, summary');
    if (!action || pressing || (event.key === ' ' && !document.querySelector('main [data-pause]'))) return;
    event.preventDefault();
    action();
  });
})();
