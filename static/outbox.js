'use strict';
// Sends what waits in this browser, shows how much it is, and asks before signing out throws it away.
(function () {
  var page = window.hatchery, store = page && page.store;
  if (!store) return;

  var bar = document.getElementById('unsent'), on = page.on, all = page.all, say = page.say, channel = new BroadcastChannel('hatchery');
  var isSending = false, isOver = false, isWanted = false, isOwed = false, timer = 0, delay = 5000, tried = {}, sent = 0, note = '', running = Promise.resolve();
  var FRAGMENT = { 'HX-Request': 'true' };
  var WHY = { 403: '没有权限', 404: '服务器上已没有这一项', 409: '已被他人修改或已不在填报中', 413: '内容过大', 422: '有内容须改' };

  function acts() { return store.kept.filter(function (one) { return one.isAct; }); }
  function here(one) { return all('form[data-local]').some(function (form) { return form.getAttribute('action') === one.url; }); }
  function drafts() { return store.kept.filter(function (one) { return !one.isAct && !here(one); }); }

  // Another page of this browser that still lives sends its own; it alone knows what may not be stored.
  function isOthers(one) {
    if (one.page === store.page) return Promise.resolve(false);
    return navigator.locks.request('page-' + one.page, { ifAvailable: true }, function (lock) { return !lock; });
  }

  function flush() {
    clearTimeout(timer);
    if (isSending || isOver || !acts().length) { isWanted = isSending; return running; }
    isSending = true;
    isWanted = false;
    running = navigator.locks.request('hatchery-outbox', send).then(function () {
      delay = 5000;
      note = '';
    }, function (why) {
      note = why === 401 ? '，登录后自动上传' : '';
      timer = setTimeout(flush, delay);
      delay = Math.min(2 * delay, 600000);
    }).then(store.refresh).then(function () {
      isSending = false;
      channel.postMessage(sent ? 'sent' : 'changed');
      if (sent) arrived();
      if (isWanted) timer = setTimeout(flush, 1000);
    });
    return running;
  }

  async function send() {
    var answer = await fetch('/account/drafts', { headers: FRAGMENT, cache: 'no-store' });
    if (!answer.ok) throw answer.status;
    var words = (await answer.text()).split(' '), passed = {};
    if (words[0] !== store.owner) { over(); return; }
    await store.refresh();
    for (var one of acts()) {
      var place = one.place, whole = one.url.split('/')[2];
      if (passed[whole] || passed[place]) continue;
      if (await isOthers(one)) { passed[whole] = true; continue; }
      if (one.why && tried[one.n] === one.revision) { passed[place] = true; continue; }
      tried[one.n] = one.revision;
      if (await isTaken(one, words[1])) sent += 1;
      else passed[place] = true;
    }
  }

  // Send one act. Whatever keeps it from the server for now is thrown; a refusal is noted at the act.
  async function isTaken(one, token) {
    var answers = await store.unseal(one.box), left = store.unstored[one.url + one.key], body = new URLSearchParams();
    answers.forEach(function (each) { if (!left || !/^keep_/.test(each[0])) body.append(each[0], each[1]); });
    body.set('idempotency_key', one.key);
    if (one.why) body.append('refused_before', '1');
    (left || []).forEach(function (pair) { body.append(pair[0], pair[1]); });
    var headers = Object.assign({ 'X-CSRFToken': token }, FRAGMENT);
    var answer = await fetch(one.url, { method: 'POST', headers: headers, body: body, redirect: 'manual' }), text = await answer.text();
    var fresh = store.random(), isIn = answer.ok || (answer.status === 422 && text.indexOf('id="tab-version"') > 0);
    if (!isIn && !WHY[answer.status]) throw answer.status;
    if (left && !isIn && !one.why) store.unstored[one.url + fresh] = left;
    await store.change(function (own, records) {
      var now = own.filter(function (each) { return each.n === one.n && each.revision === one.revision; })[0];
      if (now && isIn) records.delete(one.n);
      // A key of its own, so that whatever is carried out with it is the mended form.
      else if (now) records.put(Object.assign(now, { why: WHY[answer.status], key: now.why ? now.key : fresh }));
    });
    return isIn;
  }

  function arrived() {
    say('ok', 'done', sent + ' 处修改已上传');
    sent = 0;
    isOwed = true;
    renew();
  }

  // Show what the server has now, but never over somebody who works here: then afterwards.
  function isAtWork() { return acts().length || page.composing || document.querySelector('form[data-dirty], tr.editing:not([data-kept])'); }
  function renew() {
    if (!isOwed || isAtWork() || !document.querySelector('form[data-local], tr[data-kept]')) return;
    isOwed = false;
    window.htmx.ajax('GET', window.location.pathname + window.location.search, { source: bar, target: '#main', swap: 'outerHTML' });
  }
  on('htmx:beforeSwap', function (event) {
    if (event.detail.requestConfig.elt !== bar || !isAtWork()) return;
    event.detail.shouldSwap = false;
    isOwed = true;
  });

  function show() {
    var waiting = acts().length, typed = drafts().length;
    if (!bar || !store.owner) return;
    var words = [waiting && waiting + ' 处修改尚未上传', typed && typed + ' 份草稿未保存', store.isTight && store.kept.length && '本机空间将满，请尽快联网保存'].filter(Boolean);
    bar.hidden = !words.length;
    bar.firstElementChild.textContent = words.join('，') + note;
  }

  function over() {
    isOver = true;
    document.dispatchEvent(new Event('hatchery:over'));
  }

  // Signing out leaves nothing behind, and so asks first about what the server does not have.
  window.addEventListener('submit', function (event) {
    var form = event.target, button = document.activeElement;
    if (!form.hasAttribute('data-signout') || !store.owner || form.hasAttribute('data-cleared')) return;
    event.preventDefault();
    event.stopPropagation();
    function leave() {
      over();
      store.clear().then(function () {
        channel.postMessage('out');
        form.setAttribute('data-cleared', '');
        all('form[data-dirty]').forEach(function (one) { one.removeAttribute('data-dirty'); });
        (form.contains(button) ? button : form.querySelector('button')).click();
      });
    }
    if (store.kept.length) store.list.beforeLeaving(leave);
    else leave();
  }, true);

  channel.onmessage = function (event) {
    // What came before ours is sent: now it is our turn.
    if (event.data !== 'out') { store.refresh().then(event.data === 'sent' ? flush : null); return; }
    over();
    store.clear().then(function () { window.location.replace('/login'); });
  };
  on('hatchery:kept', show);
  on('hatchery:keep', function () { channel.postMessage('changed'); if (navigator.onLine) timer = setTimeout(flush, 1000); });
  on('hatchery:ready', flush);
  on('htmx:afterRequest', function (event) {
    setTimeout(renew);
    if (!event.detail.successful || event.detail.xhr.getResponseHeader('HX-Retarget')) return;
    var config = event.detail.requestConfig, acted = config.verb !== 'get';
    if (acted) tried = {};
    if (acted && acts().some(isMended)) store.forget(isMended).then(flush);
    else flush();
    function isMended(one) { return one.isAct && one.why && one.place === config.path; }
  });
  on('visibilitychange', flush);
  on('hatchery:signed-in', flush);
  window.addEventListener('online', function () { delay = 5000; flush(); });

  on('click', function (event) { if (page.near(event, '#unsent button')) store.list.open(); });
  store.acts = acts;
  store.drafts = drafts;
  store.flush = function (again) {
    if (again) tried = {};
    return flush();
  };
}());
