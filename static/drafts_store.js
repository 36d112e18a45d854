'use strict';
// What waits in this browser until the server has it: a record for each act or draft, its answers encrypted.
(function () {
  var page = window.hatchery, meta = document.querySelector('meta[name=drafts]');
  if (!page || !window.indexedDB || !window.crypto || !crypto.subtle || !navigator.locks || !window.BroadcastChannel) return;

  var NAME = 'hatchery', WEEK = 604800000, TIGHT = 5e6, given = meta ? meta.content.split(' ') : [], opened = null;
  // The key lives here and nowhere else: not on the disk, and not in the page.
  var key = given[1] && crypto.subtle.importKey('raw', bytes(given[1]), 'AES-GCM', false, ['encrypt', 'decrypt']);
  if (meta) meta.remove();

  function bytes(base64) { return Uint8Array.from(atob(base64), function (one) { return one.charCodeAt(0); }); }

  function database() {
    opened = opened || new Promise(function (done, fail) {
      var ask = indexedDB.open(NAME, 1);
      ask.onupgradeneeded = function () { ask.result.createObjectStore('kept', { keyPath: 'n', autoIncrement: true }); };
      ask.onsuccess = function () {
        ask.result.onversionchange = function () { ask.result.close(); opened = null; };
        done(ask.result);
      };
      ask.onerror = function () { fail(ask.error); };
    });
    return opened;
  }

  // Let `act` look at all records of this person and change them, in one transaction. The promise keeps when
  // all of it is on the disk.
  function change(act) {
    return database().then(function (base) {
      return new Promise(function (done, fail) {
        var work = base.transaction('kept', 'readwrite', { durability: 'strict' }), records = work.objectStore('kept');
        var ask = records.getAll(), result;
        ask.onsuccess = function () {
          result = act(ask.result.filter(function (one) { return !given[0] || one.owner === given[0]; }), records, ask.result);
        };
        work.oncomplete = function () { done(result); };
        work.onabort = function () { fail(work.error); };
      });
    });
  }

  // What is another person's, or older than a week, is not kept any longer.
  function tidy() {
    return change(function (own, records, all) {
      all.forEach(function (one) {
        if (one.owner !== given[0] || Date.now() - one.at > WEEK) records.delete(one.n);
      });
    });
  }

  function label(field) {
    var words = field.getAttribute('aria-label') || (field.labels && field.labels[0] && field.labels[0].firstChild.textContent) || '';
    var group = /radio|checkbox/.test(field.type) && field.closest('fieldset');
    return (group ? group.querySelector('legend').textContent : words).trim();
  }

  // Triples of name, text and label. What may not be stored is asked of the server when the rest is sent. With the blank
  // row goes the button: the server adds nothing where nothing was typed.
  function storable(form, pairs) {
    var names = form.dataset.local.split(' ').concat('idempotency_key', 'version', form.id === 'row-new' ? 'op' : []), fields = form.elements, answers = [], left = [];
    pairs.forEach(function (pair) {
      var field = fields[pair[0]];
      if (names.indexOf(pair[0]) >= 0) answers.push([pair[0], pair[1], field ? label(field.length && !field.options ? field[0] : field) : '']);
      else if (!/^(csrf_token|op)$/.test(pair[0])) { left.push(pair); answers.push(['keep_' + pair[0], 'theirs', '']); }
    });
    return { answers: answers, left: left };
  }

  function seal(answers) {
    var iv = crypto.getRandomValues(new Uint8Array(12));
    return key.then(function (secret) {
      return crypto.subtle.encrypt({ name: 'AES-GCM', iv: iv }, secret, new TextEncoder().encode(JSON.stringify(answers)));
    }).then(function (text) { return { iv: iv, text: text }; });
  }

  function unseal(box) {
    return key.then(function (secret) { return crypto.subtle.decrypt({ name: 'AES-GCM', iv: box.iv }, secret, box.text); })
      .then(function (text) { return JSON.parse(new TextDecoder().decode(text)); });
  }

  // later.js is fetched by pages that find this mark, or in which somebody types.
  function mark(isNeeded) {
    try {
      if (isNeeded) localStorage.setItem('ui.kept', '1');
      else localStorage.removeItem('ui.kept');
    } catch (blocked) { /* then a page fetches it when somebody types */ }
  }

  function clear() {
    mark(false);
    return new Promise(function (done) {
      var ask = indexedDB.deleteDatabase(NAME);
      ask.onsuccess = ask.onerror = done;
    });
  }

  // Where the browser does not say how much room there is, nothing is tight.
  function refresh() {
    return Promise.all([change(function (own) { return own; }), navigator.storage.estimate().catch(Object)]).then(function (found) {
      var own = store.kept = found[0];
      store.isTight = found[1].quota - found[1].usage < TIGHT;
      mark(own.length);
      document.dispatchEvent(new Event('hatchery:kept'));
    });
  }

  function forget(isIt) {
    return change(function (own, records) {
      own.filter(isIt).forEach(function (one) { records.delete(one.n); });
    }).then(refresh);
  }

  // On its way: should the tab die before the answer is here, the server is asked whether the form came.
  function markSent(url) {
    return change(function (own, records) {
      own.forEach(function (one) { if (!one.isAct && one.url === url) records.put(Object.assign(one, { isSent: true })); });
    });
  }

  function hasArrived(draft) {
    if (!draft.isSent) return Promise.resolve(false);
    return fetch('/account/drafts?' + new URLSearchParams({ path: draft.url, key: draft.key }), { headers: { 'HX-Request': 'true' }, cache: 'no-store' })
      .then(function (answer) { return answer.ok ? answer.text() : ''; })
      .then(function (text) { return text.split(' ')[2] === 'done'; }, function () { return false; });
  }

  function random() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), function (one) { return (one + 256).toString(16).slice(1); }).join('');
  }
  function clock(at) { return new Date(at).toTimeString().slice(0, 5); }

  // `kept` is what lies there now and `isTight` whether little more will fit, as of the last refresh; `unstored` what this page alone knows, by key of the act.
  var store = {
    owner: given[0], mayKeep: Boolean(meta && meta.hasAttribute('data-keep')), page: random(), kept: [], unstored: {},
    change: change, refresh: refresh, forget: forget, tidy: tidy, seal: seal, unseal: unseal, clear: clear,
    markSent: markSent, hasArrived: hasArrived, random: random, clock: clock, label: label, storable: storable
  };
  page.store = store;
}());
