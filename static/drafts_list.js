'use strict';
// The list of what waits in this browser, and what one may do with it.
(function () {
  var store = window.hatchery.store, dialog = document.getElementById('dialog'), place = document.getElementById('local-drafts'), shown = null;
  if (!store) return;

  function make(tag, text, within, act) {
    var made = document.createElement(tag);
    made.textContent = text;
    if (act) { made.type = 'button'; made.className = 'btn small'; made.addEventListener('click', act); }
    return within.appendChild(made);
  }

  function ask(title) {
    var head, foot;
    dialog.textContent = '';
    head = make('div', '', dialog);
    head.className = 'dialog-head';
    make('h2', title, head).id = 'dialog-title';
    make('button', '关闭', head, function () {}).setAttribute('data-close', '');
    shown = titles(make('div', '', dialog));
    foot = make('div', '', dialog);
    foot.className = 'dialog-foot';
    if (!dialog.open) dialog.showModal();
    return foot;
  }

  function titles(body) {
    var list = make('ul', '', body);
    body.className = 'dialog-body';
    store.acts().concat(store.drafts()).forEach(function (one) {
      var item = make('li', one.title + '，' + store.clock(one.at) + '，' + (one.why || (one.isAct ? '等待上传' : '草稿')) + ' ', list);
      if (!store.owner) return;
      if (one.why) make('button', '查看并处理', item, function () { open(one); });
      else if (!one.isAct) make('a', '打开', item).href = one.url + (one.url.split('/').length > 4 ? '/edit' : '');
      make('button', '放弃', item, function () {
        store.forget(function (each) { return each.n === one.n; }).then(again);
      });
    });
    return body;
  }
  function again() { if (store.acts().length + store.drafts().length) list(); else dialog.close(); }

  function list() {
    var foot = ask('尚未上传的修改');
    make('button', '立即上传', foot, function () { store.flush(true).then(again); });
    make('button', '导出', foot, save);
  }

  function beforeLeaving(leave) {
    var foot = ask('退出后，本机尚未上传的内容将全部清除');
    make('button', '上传后退出', foot, function () {
      store.flush(true).then(function () { if (store.acts().length) beforeLeaving(leave); else leave(); });
    });
    make('button', '导出', foot, save);
    make('button', '放弃并退出', foot, leave);
  }

  // A refused act is shown by the server itself, with everything that was typed.
  function open(one) {
    store.unseal(one.box).then(function (answers) {
      var form = make('form', '', document.body), token = document.querySelector('meta[name=csrf]').content;
      form.method = 'post';
      form.action = one.url;
      form.hidden = true;
      [['csrf_token', token]].concat(answers).forEach(function (each) {
        var area = make('textarea', '', form);
        area.name = each[0];
        area.value = each[0] === 'idempotency_key' ? one.key : each[1];
      });
      form.submit();
    });
  }

  function save() {
    Promise.all(store.kept.map(function (one) {
      return store.unseal(one.box).then(function (answers) {
        return [one.title, new Date(one.at).toLocaleString('zh-CN')].concat(answers.filter(function (each) { return each[2]; })
          .map(function (each) { return each[2] + '：' + each[1]; })).join('\r\n');
      });
    })).then(function (parts) {
      var link = make('a', '', document.body);
      link.href = URL.createObjectURL(new Blob(['\ufeff', parts.join('\r\n\r\n')], { type: 'text/plain' }));
      link.download = '尚未上传的修改.txt';
      link.click();
      link.remove();
    });
  }

  window.hatchery.on('hatchery:kept', function () {
    if (!shown || !document.contains(shown)) return;
    shown.textContent = '';
    titles(shown);
  });
  store.list = { open: list, beforeLeaving: beforeLeaving };

  // The page for a lost connection has nobody's key: it shows titles only.
  if (place && !store.owner) {
    store.refresh().then(function () {
      place.hidden = !store.kept.length;
      titles(place.appendChild(document.createElement('div')));
    });
  }
}());
