// @ts-check

/* The only script of the page. Everything works without it: it sends forms without a reload, follows the stream, opens dialogs as
   dialogs, and lists commands. What it shows always comes whole from the server. */
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // --- the page drawn anew -----------------------------------------------------------------------------------------------------
  const keyOf = (node) => (node instanceof Element ? node.id || node.getAttribute('data-key') || '' : '');
  const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);
  /** What the reader has opened, and the browser sets on dialogs, is theirs. */
  const kept = (element, name) =>
    name === 'open' && (element instanceof HTMLDetailsElement || element instanceof HTMLDialogElement);

  function attributes(from, to) {
    for (const { name } of [...from.attributes])
      if (!to.hasAttribute(name) && !kept(from, name)) from.removeAttribute(name);
    for (const { name, value } of [...to.attributes])
      if (from.getAttribute(name) !== value && !kept(from, name)) from.setAttribute(name, value);
  }

  /** Changes `from` into `to` where they differ: focus, scroll and what is being typed stay. */
  function morph(from, to) {
    if (from.isEqualNode(to)) return;
    if (from.nodeType !== Node.ELEMENT_NODE) {
      from.nodeValue = to.nodeValue;
      return;
    }
    if (from.id === 'suggest' || from.id === 'stale' || from.id === 'announce') return;
    attributes(from, to);
    const wanted = [...to.childNodes];
    let at = from.firstChild;
    for (const child of wanted) {
      const key = keyOf(child);
      let match = at && alike(at, child) ? at : null;
      if (!match && key) match = [...from.childNodes].find((node) => alike(node, child)) ?? null;
      if (!match) {
        from.insertBefore(document.importNode(child, true), at);
        continue;
      }
      if (match === at) at = at.nextSibling;
      else from.insertBefore(match, at);
      morph(match, child);
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  }

  const atEnd = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const toEnd = (log) => {
    log.scrollTop = log.scrollHeight;
  };

  let opener = null;
  function take(html) {
    const page = new DOMParser().parseFromString(html, 'text/html');
    const hadDialog = $('dialog[data-modal]') !== null;
    const focused = document.activeElement;
    if (!hadDialog && focused instanceof HTMLElement && focused !== document.body)
      opener = keyOf(focused) ? `#${CSS.escape(keyOf(focused))}, [data-key="${CSS.escape(keyOf(focused))}"]` : null;
    const stuck = new Set(
      all('[data-log]')
        .filter(atEnd)
        .map((log) => log.id),
    );
    document.title = page.title;
    morph(document.body, page.body);
    for (const log of all('[data-log]')) if (stuck.has(log.id)) toEnd(log);
    dialogs();
    if (hadDialog && !$('dialog[data-modal]'))
      ((opener && $(opener)) || $('#say') || $('#main'))?.focus({ preventScroll: true });
  }

  // --- dialogs -----------------------------------------------------------------------------------------------------------------
  function dialogs() {
    for (const dialog of all('dialog[data-modal]')) {
      if (dialog.matches(':modal')) continue;
      dialog.removeAttribute('open');
      dialog.showModal();
      const field = $('.body :is(input:not([type=hidden]), textarea, select)', dialog);
      if (field && !('ontouchstart' in window)) field.focus();
      dialog.addEventListener('cancel', (event) => {
        event.preventDefault();
        $('[data-dismiss]', dialog)?.click();
      });
    }
    const wrong = $('dialog .notice');
    if (wrong && !wrong.dataset.seen) {
      wrong.dataset.seen = 'yes';
      ($('dialog [aria-invalid=true]') ?? $('dialog .field.wrong :is(input, .boxes)'))?.focus();
    }
  }

  // --- asking the server ---------------------------------------------------------------------------------------------------------
  let busy = 0;
  let again = false;
  const here = () => location.pathname + location.search;
  const hidden = () => (document.hidden ? { 'x-hidden': 'yes' } : {});
  const lost = (is) => {
    const line = $('#stale');
    if (line) line.hidden = !is;
  };

  async function refresh() {
    if (busy > 0) {
      again = true;
      return;
    }
    busy++;
    try {
      const asked = here();
      const answer = await fetch(asked, { headers: hidden() });
      // A person may have moved on while the answer was under way.
      if (asked === here()) take(await answer.text());
      lost(false);
    } catch {
      lost(true);
    } finally {
      busy--;
      if (again && busy === 0) {
        again = false;
        void refresh();
      }
    }
  }

  /** Sends, and shows the page that the answer leads to. */
  async function go(address, options) {
    busy++;
    try {
      const answer = await fetch(address, { ...options, headers: hidden() });
      const landed = new URL(answer.url);
      const moved = landed.pathname !== location.pathname;
      history[moved ? 'pushState' : 'replaceState'](null, '', landed.pathname + landed.search);
      take(await answer.text());
      if (moved) all('[data-log]').forEach(toEnd);
      lost(false);
      return true;
    } catch {
      lost(true);
      return false;
    } finally {
      busy--;
      if (again && busy === 0) {
        again = false;
        void refresh();
      }
    }
  }

  document.addEventListener('submit', async (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== 'post') return;
    event.preventDefault();
    if (form.getAttribute('aria-busy') === 'true') return;
    const pressed = event.submitter;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form, pressed)) if (typeof value === 'string') body.append(name, value);
    form.setAttribute('aria-busy', 'true');
    form.closest('details')?.removeAttribute('open');
    const compose = form.matches('[data-compose]') ? $('textarea', form) : null;
    const draft = compose?.value;
    if (compose) {
      compose.value = '';
      suggest(compose);
    }
    const sent = await go(form.getAttribute('action'), { method: 'POST', body });
    form.removeAttribute('aria-busy');
    if (compose?.isConnected) {
      // What was refused comes back to be mended; what never arrived too.
      const refused = compose.defaultValue;
      if (compose.value === '' && (!sent || refused !== '')) compose.value = sent ? refused : draft;
      grow(compose);
    }
  });

  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link) return;
    if (link.matches('[data-swap]')) {
      event.preventDefault();
      void go(link.href, {});
    }
    // A button that is a link: the app hears of it as well.
    const form = link.matches('[data-tell]') ? link.closest('form') : null;
    if (form) form.requestSubmit();
  });

  addEventListener('popstate', () => void refresh());

  // --- the composer ------------------------------------------------------------------------------------------------------------
  const grow = (area) => {
    area.rows = Math.min(8, area.value.split('\n').length);
  };

  function suggest(area) {
    const list = area.id === 'say' ? $('#suggest') : null;
    if (!list) return;
    const typed = area.value;
    const open = typed.startsWith('/');
    let shown = 0;
    for (const item of list.children) {
      const command = item.dataset.command ?? '';
      const fits = open && (command.startsWith(typed) || typed.startsWith(`${command} `));
      item.hidden = !fits;
      if (fits) shown++;
    }
    const was = !list.hidden;
    list.hidden = shown === 0;
    const line = $('#announce');
    if (line && was !== !list.hidden)
      line.textContent =
        shown > 0
          ? all('li:not([hidden])', list)
              .map((li) => li.textContent.trim())
              .join('; ')
          : '';
  }

  document.addEventListener('input', (event) => {
    const area = event.target;
    if (!(area instanceof HTMLTextAreaElement) || !area.closest('[data-compose]')) return;
    grow(area);
    suggest(area);
  });

  document.addEventListener('keydown', (event) => {
    const area = event.target;
    if (event.isComposing || !(area instanceof HTMLElement)) return;
    if (area instanceof HTMLTextAreaElement && area.closest('[data-compose]')) {
      const list = $('#suggest');
      if (event.key === 'Enter' && !event.shiftKey && !event.ctrlKey && !event.altKey) {
        event.preventDefault();
        if (area.value.trim() !== '') area.form?.requestSubmit();
      } else if (event.key === 'ArrowUp' && list && !list.hidden) {
        event.preventDefault();
        $('li:not([hidden]) button', list)?.focus();
      } else if (event.key === 'Escape' && list) list.hidden = true;
    }
    if (event.key === 'Escape') area.closest('details[open]')?.removeAttribute('open');
  });

  document.addEventListener('click', (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const item = target?.closest('#suggest li');
    const area = $('#say');
    if (item && area) {
      area.value = `${item.dataset.command} `;
      area.focus();
      suggest(area);
    }
    for (const open of all('details.more[open], details.shortcuts[open], details.overflow[open]'))
      if (!open.contains(target)) open.removeAttribute('open');
  });

  // --- the stream --------------------------------------------------------------------------------------------------------------
  // A browser keeps few connections to one address, and every tab is a person: hidden ones ask now and then instead.
  const { changes } = document.body.dataset;
  if (changes) {
    const HIDDEN_POLL_MS = 5000;
    let source = null;
    let poll = 0;
    const follow = () => {
      clearInterval(poll);
      source?.close();
      source = null;
      if (document.hidden) {
        poll = setInterval(() => void refresh(), HIDDEN_POLL_MS);
        return;
      }
      source = new EventSource(changes);
      source.addEventListener('open', () => lost(false));
      source.addEventListener('changed', () => void refresh());
      source.addEventListener('error', () => lost(true));
    };
    follow();
    document.addEventListener('visibilitychange', follow);
    addEventListener('pagehide', () => source?.close());
    // Kept by the browser for "back": its stream was closed.
    addEventListener('pageshow', (event) => {
      if (event.persisted) location.reload();
    });
  }

  if (!location.hash) all('[data-log]').forEach(toEnd);
  dialogs();
})();
