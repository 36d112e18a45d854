'use strict';
// What every page does beyond plain HTML: focus, dialogs. saving.js has what is saved, sheet.js the tables,
// fields.js the fields, waiting.js what else is fetched when it is needed. Without these files all pages still work.
(function () {
  if (window.htmx) {
    Object.assign(window.htmx.config, {
      allowEval: false, selfRequestsOnly: true, includeIndicatorStyles: false, historyCacheSize: 0, scrollBehavior: 'auto',
      defaultSettleDelay: 0, defaultSwapStyle: 'outerHTML', timeout: 30000
    });
  }
  if (!window.fetch || !('closest' in Element.prototype) || !window.htmx) return;

  var SWAPPED = [401, 409, 413, 422];
  var opener = null, memory = null, flying = 0;

  function on(type, act) { document.addEventListener(type, act); }
  function near(event, selector) { return event.target.closest ? event.target.closest(selector) : null; }
  function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }

  // A line of state with its shape, in the foot unless another place is given; returns what it wrote.
  function say(kind, shape, text, place) {
    var line = place || document.getElementById('msg'), span = document.createElement('span');
    var use = document.querySelector('use'), sprite = use ? use.getAttribute('href').split('#')[0] : '';
    span.className = kind;
    span.innerHTML = '<svg class="i" aria-hidden="true"><use href="' + sprite + '#' + shape + '"></use></svg>';
    span.appendChild(document.createTextNode(text));
    if (line) { line.textContent = ''; line.appendChild(span); }
    return span;
  }

  document.documentElement.classList.replace('no-js', 'js');
  window.hatchery = { on: on, near: near, all: all, say: say, forget: forget, composing: false, isDirty: function () { return false; } };

  // Where the cursor goes is said once: what the page came with has had it. Whoever types in another form stays there.
  all('[data-focus]').forEach(function (had) { had.removeAttribute('data-focus'); });
  function focusIn(place, sender) {
    var target = place.matches('[data-focus]') ? place : place.querySelector('[data-focus]'), now = document.activeElement;
    if (target) target.removeAttribute('data-focus');
    if (target && (!now || !now.name || now.form === sender)) target.focus();
    return Boolean(target);
  }

  // A row rendered again while somebody types in it: field, text and cursor stay.
  function remember() {
    var field = document.activeElement;
    memory = !field || !field.name || !field.form ? null : {
      name: field.name, value: field.value, form: field.form.id, at: field.selectionStart,
      choice: /radio|checkbox|submit/.test(field.type), text: field.type === 'text' || field.localName === 'textarea'
    };
  }

  function restore(place) {
    var past = memory, now = document.activeElement;
    if (!past || (now && now !== document.body)) return;
    var field = all('[name="' + past.name + '"]', place).filter(function (one) {
      return !one.disabled && one.form && one.form.id === past.form && (!past.choice || one.value === past.value);
    })[0];
    if (!field) return;
    field.focus();
    if (past.text) { field.value = past.value; field.setSelectionRange(past.at, past.at); }
  }

  // Pieces that are shown need not be sent again. With another request under way they may be others soon.
  on('htmx:configRequest', function (event) {
    event.detail.headers['X-CSRFToken'] = document.querySelector('meta[name=csrf]').content;
    if (!flying) event.detail.headers['X-Shown'] = all('[data-mark]').map(function (piece) { return piece.getAttribute('data-mark'); }).join(' ');
  });
  on('htmx:beforeSend', function () { flying += 1; });
  on('htmx:afterRequest', function () { flying -= 1; });

  // A row must stay when a word is being composed in it, or when it is being saved already.
  function isOvertaken(row) {
    return window.hatchery.composing || all('.htmx-request:not(.file-pick)', row).length > 1;
  }

  on('htmx:beforeSwap', function (event) {
    var detail = event.detail, status = detail.xhr.status;
    if (SWAPPED.indexOf(status) >= 0 || detail.xhr.getResponseHeader('HX-Retarget')) { detail.shouldSwap = true; detail.isError = false; }
    if (detail.requestConfig.elt.matches('[data-decides]') && isOvertaken(detail.target)) detail.shouldSwap = false;
    remember();
  });

  on('htmx:afterSettle', function (event) {
    var place = event.detail.elt, sender = event.detail.requestConfig.elt, dialog = place.closest('dialog');
    if (dialog && !dialog.open && dialog.children.length) {
      opener = opener || document.activeElement;
      dialog.showModal();
    }
    if (!focusIn(place, sender.form || sender)) restore(place);
  });

  // Dialogs: a link to a page that is fetched as a fragment.
  on('click', function (event) {
    var link = near(event, 'a[data-dialog]'), close = near(event, 'dialog [data-close]');
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      opener = link;
      window.htmx.ajax('GET', link.href, { source: link, target: '#dialog', swap: 'innerHTML' });
    } else if (close) {
      event.preventDefault();
      close.closest('dialog').close();
    }
  });

  document.addEventListener('close', function (event) {
    if (event.target.id !== 'dialog') return;
    event.target.textContent = '';
    if (opener && document.contains(opener)) opener.focus();
    opener = null;
  }, true);

  var aim = document.getElementById(window.location.hash.slice(1));
  if (!focusIn(document.body) && aim) aim.focus();

  // The computer may be a public one: signing out leaves nothing of us.
  function forget() {
    var worker = navigator.serviceWorker;
    if (!worker) return;
    if (worker.controller) worker.controller.postMessage('clear');
    caches.keys().then(function (names) { names.forEach(function (name) { caches.delete(name); }); });
    worker.getRegistrations().then(function (list) { list.forEach(function (one) { one.unregister().catch(function () {}); }); });
  }
}());
