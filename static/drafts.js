'use strict';
// On a computer of one's own: what cannot be sent waits in the browser, and goes to the server in order and once.
(function () {
  var page = window.hatchery, store = page && page.store;
  if (!store) return;

  var on = page.on, all = page.all, say = page.say, pristine = '', turn = Promise.resolve(), isOver = false, writing = 0, taken = null;
  var forget = store.forget, clock = store.clock, label = store.label, storable = store.storable;

  function waits(url) {
    return writing > 0 || store.kept.some(function (one) { return one.isAct && !one.why && one.url.split('/')[2] === url.split('/')[2]; });
  }

  // One after the other, so that a draft is never written after the save that settles it.
  function next(act) { return turn = turn.then(act, act); }

  function write(form, url, answers, isAct) {
    var key = (answers.filter(function (one) { return one[0] === 'idempotency_key'; })[0] || [])[1];
    return store.seal(answers).then(function (box) {
      return store.change(function (own, records) {
        var same = own.filter(function (one) { return one.url === url && (!one.isAct || one.key === key); });
        var earlier = same.filter(function (one) { return one.isAct === isAct; })[0];
        same.forEach(function (one) { if (!one.isAct && one !== earlier) records.delete(one.n); });
        records.put(Object.assign(earlier ? { n: earlier.n } : {}, {
          owner: store.owner, isAct: isAct, url: url, key: key, place: form.id === 'row-new' ? key : url.replace('/removal', ''), title: form.dataset.title || form.querySelector('button').getAttribute('aria-label'), at: Date.now(),
          revision: earlier ? earlier.revision + 1 : 0, page: store.page, box: box
        }));
        return key;
      });
    });
  }

  // What is typed and not sent yet.
  function capture(form) {
    if (!store.mayKeep || isOver) return;
    next(function () {
      if (isOver || !form.isConnected || !form.hasAttribute('data-dirty')) return null;
      return write(form, form.getAttribute('action'), storable(form, Array.from(new FormData(form))).answers, false).then(store.refresh);
    }).catch(full);
  }

  function full(error) {
    say('bad', 'bad', error && error.name === 'QuotaExceededError' ? '本机空间不足，草稿未保存；请勿关闭本页，恢复网络后再保存'
      : '本机不能保存草稿；请勿关闭本页，恢复网络后再保存');
  }

  // An act that did not reach the server waits here.
  function keep(form, url, pairs) {
    // 保存 in the foot while nothing is typed into the blank row.
    if (form.id === 'row-new' && !form.hasAttribute('data-dirty') && pairs.some(function (pair) { return pair[0] === 'op'; })) {
      say('warn', 'warn', '没有要保存的内容');
      return;
    }
    var part = storable(form, pairs), typed = part.left.filter(function (pair) {
      return form.elements[pair[0]] && form.elements[pair[0]].value !== form.elements[pair[0]].defaultValue;
    });
    form.removeAttribute('data-dirty');
    writing += 1;
    next(function () { return write(form, url, part.answers, true); }).then(function (key) {
      if (part.left.length) store.unstored[url + key] = part.left;
      return store.refresh();
    }).then(function () {
      writing -= 1;
      var hint = typed.map(function (pair) { return label(form.elements[pair[0]]); }).join('、');
      say('warn', 'half', '已存在本机 ' + clock(Date.now()) + '，恢复网络后自动上传' + (hint ? '；' + hint + '不存本机，请勿关闭本页' : ''));
      if (hint) form.setAttribute('data-dirty', '');
      settle(form, url, part.answers);
      document.dispatchEvent(new Event('hatchery:keep'));
    }).catch(function (error) {
      writing = Math.max(0, writing - 1);
      form.setAttribute('data-dirty', '');
      full(error);
    });
  }

  // The page shows what waits: a line for a new row, a struck one for a removed row.
  function settle(form, url, answers) {
    var row = form.closest('tr'), line, cell, fresh;
    if (!row) return;
    if (/\/removal$/.test(url)) { row.classList.add('removed'); form.querySelector('button').disabled = true; return; }
    if (!row.matches('.blank')) { row.setAttribute('data-kept', ''); return; }
    if (!pristine) return;
    line = row.parentNode.insertBefore(document.createElement('tr'), row);
    line.setAttribute('data-kept', '');
    line.className = 'kept';
    line.insertCell().className = 'seq';
    cell = line.insertCell();
    cell.colSpan = row.cells.length - 1;
    cell.textContent = (answers.filter(function (one) { return one[1] && one[2]; })[0] || ['', '新行'])[1];
    cell.appendChild(document.createElement('b')).textContent = '（尚未上传）';
    row.insertAdjacentHTML('afterend', pristine);
    fresh = row.nextElementSibling;
    row.remove();
    form = fresh.querySelector('form');
    form.removeAttribute('data-dirty');
    form.elements.idempotency_key.value = store.random();
    window.htmx.process(fresh);
    fresh.querySelector('input:not([type=hidden]), select, textarea').focus();
  }

  function settled(url) { next(function () { return forget(function (one) { return !one.isAct && one.url === url; }); }); }

  function formOf(config) { return store.mayKeep && !isOver && config.verb === 'post' && config.elt.matches('form[data-local]') ? config.elt : null; }

  on('htmx:beforeRequest', function (event) {
    var config = event.detail.requestConfig, form = formOf(config);
    if (form && navigator.onLine && !waits(config.path)) next(function () { return store.markSent(config.path).catch(Object); });
    else if (form) { event.preventDefault(); keep(form, config.path, Array.from(config.formData)); }
  });

  function failed(event) {
    var config = event.detail.requestConfig, form = formOf(config), status = event.detail.xhr.status;
    if (!form || (status && status < 500 && status !== 429)) return;
    taken = form;
    keep(form, config.path, Array.from(config.formData));
  }
  ['htmx:sendError', 'htmx:timeout', 'htmx:responseError'].forEach(function (type) { document.addEventListener(type, failed, true); });
  on('hatchery:unsaved', function (event) { if (event.target === taken) { taken = null; event.preventDefault(); } });

  on('htmx:afterRequest', function (event) {
    var detail = event.detail, form = formOf(detail.requestConfig);
    // What is told elsewhere is a refusal, and the form stands as it was.
    if (!form || detail.xhr.getResponseHeader('HX-Retarget')) return;
    if (!(detail.successful || (detail.xhr.status === 422 && form.id === 'tab-form'))) return;
    settled(detail.requestConfig.path);
  });

  on('change', function (event) {
    var form = event.target.form, row = event.target.closest('tr[data-row]');
    if (form && form.hasAttribute('data-local')) capture(form);
    // Without a network nobody says which cells a choice closes; the server judges when it has the row.
    if (row && store.mayKeep && !navigator.onLine) all('[data-closed]', row).forEach(function (field) { field.disabled = false; });
  });
  setInterval(function () { all('form[data-local][data-dirty]').forEach(capture); }, 20000);

  on('click', function (event) {
    var row = page.near(event, '[data-cancel]') && event.target.closest('tr'), form = row && row.querySelector('form[data-local]');
    if (!form) return;
    form.removeAttribute('data-dirty');
    settled(form.getAttribute('action'));
  });

  function fill(form, answers) {
    form.dataset.local.split(' ').concat('version', 'idempotency_key').forEach(function (name) {
      var texts = answers.filter(function (one) { return one[0] === name; }).map(function (one) { return one[1]; });
      all('[name="' + name + '"]').filter(function (field) { return field.form === form; }).forEach(function (field) {
        if (/radio|checkbox/.test(field.type)) field.checked = texts.indexOf(field.value) >= 0;
        else if (texts.length) { field.disabled = false; field.value = texts[0]; }
      });
    });
    form.setAttribute('data-dirty', '');
  }

  // A tab that was closed or died: its draft comes back where it was typed.
  function restore(place) {
    all('form[data-local]', place).forEach(function (form) {
      var draft = store.kept.filter(function (one) {
        return !one.isAct && one.url === form.getAttribute('action') && one.page !== store.page;
      })[0];
      if (!draft) return;
      navigator.locks.request('page-' + draft.page, { ifAvailable: true }, function (lock) {
        return lock && store.hasArrived(draft).then(function (isIn) { return isIn ? drop() : store.unseal(draft.box).then(bring); });
        function bring(answers, decides) {
          fill(form, answers);
          say('warn', 'warn', '已恢复 ' + clock(draft.at) + ' 填写、尚未保存的内容');
          capture(form);
          decides = form.id === 'tab-form' ? form : all('[data-decides]').filter(function (field) {
            return field.form === form && (field.options ? !field.options[field.selectedIndex].defaultSelected : field.checked !== field.defaultChecked);
          })[0];
          if (decides) decides.dispatchEvent(new Event('change', { bubbles: true }));
        }
      }).catch(drop);
      function drop() { return forget(function (one) { return one.n === draft.n; }); }
    });
  }

  function begin() {
    var blank = document.querySelector('tr.blank[data-row]');
    if (blank) pristine = blank.outerHTML;
    restore(document);
    on('htmx:load', function (event) { restore(event.target); });
    document.dispatchEvent(new Event('hatchery:ready'));
  }

  on('hatchery:over', function () { isOver = true; });
  if (store.owner) {
    if (store.mayKeep) navigator.locks.request('page-' + store.page, function () { return new Promise(function () {}); }).catch(function () {});
    store.tidy().then(store.refresh).then(begin).catch(function () { isOver = true; });
  }
}());
