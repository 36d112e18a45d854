'use strict';
// What becomes of what was typed. The line #msg in the foot tells: 正在保存, 已保存 14:32 (the server writes it),
// 未保存 with 重试. A write that got no answer, or met the end of the session, waits here and is sent again as it
// was: same fields, same files, same idempotency key, so that it counts once even if it had arrived.
//
// For other scripts:
//   form[data-dirty]      something typed and not saved
//   form[data-unsaved]    a write that waits here, with the reason: network, timeout, server, busy, signed-out
//   hatchery:unsaved      on the form, bubbles, detail.why as above. preventDefault(): somebody else keeps it.
//   hatchery:signed-in    the same person signed in again; the form tokens of the page are new already
//   hatchery.keep()       let the write of an HTMX request wait here, with the reason
//   hatchery.retry()      send what waits, one after the other
//   hatchery.isDirty()    would leaving lose something? With a form: something besides what it sends?
(function () {
  var page = window.hatchery;
  if (!page) return;

  var WHY = {
    network: '网络中断，内容仍在本页', timeout: '服务器没有及时回应，内容仍在本页', server: '系统暂时不可用，内容仍在本页',
    busy: '操作太频繁，请一分钟后重试', 'signed-out': '登录已过期，内容仍在本页'
  };
  var on = page.on, near = page.near, all = page.all, waiting = [], left = 0, submitting = null, kept = [];

  // `sent`: the form that is on its way, or true when the page is left for good.
  function isDirty(sent) {
    return sent !== true && all('form[data-dirty], form[data-unsaved]').some(function (form) { return form !== sent; });
  }
  function formOf(elt) { return elt.form || elt.closest('form'); }
  function isWrite(config) { return config.verb !== 'get' && !config.elt.matches('[data-decides]'); }
  function clean(form) { form.removeAttribute('data-dirty'); form.removeAttribute('data-unsaved'); }

  on('input', function (event) {
    var form = event.target.form;
    if (!form || !form.hasAttribute('data-guard')) return;
    form.setAttribute('data-dirty', '');
    form.typed = (form.typed || 0) + 1;
  });

  on('htmx:beforeRequest', function (event) {
    var config = event.detail.requestConfig, form = formOf(config.elt);
    if (config.elt.matches('[data-poll]') && document.hidden) event.preventDefault();
    if (!isWrite(config)) return;
    if (form) form.sent = form.typed;
    page.say('busy', 'half', '正在保存…');
  });

  function isPressed(config) { return config.triggeringEvent && config.triggeringEvent.type === 'submit'; }

  on('htmx:beforeOnLoad', function (event) {
    var xhr = event.detail.xhr, elt = event.detail.requestConfig.elt;
    if (xhr.getResponseHeader('HX-Redirect')) {
      if (elt.matches('[data-again]')) submitting = true;
      else if (formOf(elt)) clean(formOf(elt));
    }
  });

  on('htmx:beforeSwap', function (event) {
    var detail = event.detail, status = detail.xhr.status, config = detail.requestConfig;
    var asks = document.querySelector('#dialog [data-again]');
    if (status === 401) {
      keep(config, 'signed-out');
      detail.shouldSwap = !asks && !config.elt.matches('[data-poll]');
    }
    // 保存 was pressed, and there is something to choose or to mend: the whole page tells it best.
    if ((status === 409 || status === 422) && config.elt.id === 'tab-form' && isPressed(config)) {
      detail.shouldSwap = false;
      submitting = config.elt;
      config.elt.submit();
    }
    kept = status === 422 || config.elt.matches('[data-decides]') ? all('form[data-dirty]', detail.target) : [];
  });

  on('htmx:afterRequest', function (event) {
    var detail = event.detail, config = detail.requestConfig, form = formOf(config.elt);
    // htmx calls successful whatever is shown, a refusal too.
    var status = detail.xhr.status, isStored = (status >= 200 && status < 300) || (status === 422 && config.elt.id === 'tab-form');
    if (isWrite(config)) all('#msg > .busy').forEach(function (line) { line.remove(); });
    if (isWrite(config) && isStored) {
      forgetOne(config.elt);
      if (form && form.sent === form.typed) clean(form);
    }
    kept.forEach(function (was) {
      var now = document.getElementById(was.id);
      if (now) now.setAttribute('data-dirty', '');
    });
    kept = [];
    if (!isWrite(config)) return;
    show();
    if (left > 0) setTimeout(next);
  });

  on('htmx:responseError', function (event) {
    var status = event.detail.xhr.status;
    if (status === 429 || status >= 500) keep(event.detail.requestConfig, status === 429 ? 'busy' : 'server');
    else page.say('bad', 'bad', '没有办成，填写的内容仍在本页，请刷新后再试或致电技术支持');
  });
  on('htmx:sendError', function (event) { keep(event.detail.requestConfig, 'network'); });
  on('htmx:timeout', function (event) { keep(event.detail.requestConfig, 'timeout'); });

  function keep(config, why) {
    var elt = config.elt, form = formOf(elt), event = config.triggeringEvent;
    if (elt.matches('[data-poll], [data-again], [data-decides]')) return;
    forgetOne(elt);
    if (!isWrite(config)) {
      if (why === 'signed-out') waiting.push({ elt: elt, type: 'click' });
      else page.say('warn', 'warn', '网络中断或系统暂时不可用，请稍后再试');
      return;
    }
    if (form && !form.dispatchEvent(new CustomEvent('hatchery:unsaved', { bubbles: true, cancelable: true, detail: { why: why } }))) return;
    if (form) form.setAttribute('data-unsaved', why);
    waiting.push({ elt: elt, why: why, type: event ? event.type : 'submit', button: event && event.submitter });
    show();
  }

  function forgetOne(elt) {
    waiting = waiting.filter(function (one) { return one.elt !== elt && document.contains(one.elt); });
  }

  // Beside what the line says already stands what waits, in the dialog if it was sent from there.
  function show() {
    waiting = waiting.filter(function (one) { return document.contains(one.elt); });
    all('.unsent').forEach(function (old) { old.remove(); });
    var writes = waiting.filter(function (one) { return one.why; }), last = writes[writes.length - 1];
    var place = last && (last.elt.closest('dialog') || document.getElementById('msg') || formOf(last.elt));
    if (!place) return;
    var line = page.say('bad unsent', 'bad', '未保存' + (writes.length > 1 ? ' ' + writes.length + ' 处' : '') + '：' + WHY[last.why] + ' ', document.createElement('p'));
    var button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn small';
    button.textContent = '重试';
    button.setAttribute('data-retry', '');
    line.appendChild(button);
    place.appendChild(line);
  }

  function retry() { left = waiting.length; next(); }
  function next() {
    var one = waiting.shift();
    if (!one || left-- <= 0) { left = 0; if (one) waiting.unshift(one); return; }
    if (!document.contains(one.elt)) { next(); return; }
    if (one.button && document.contains(one.button)) one.button.click();
    else window.htmx.trigger(one.elt, one.type);
  }

  on('click', function (event) { if (near(event, '[data-retry]')) retry(); });
  window.addEventListener('online', retry);

  // The session is over: the dialog knows who was here, and lets nobody else send what was typed.
  on('htmx:load', function (event) {
    var form = event.target.querySelector && event.target.querySelector('[data-again]'), who = document.querySelector('[data-login]');
    if (!form || !who || !form.elements.password) return;
    form.elements.stay.value = form.elements.login_name.value = who.dataset.login;
    form.elements.account_type.value = who.dataset.accountType;
    form.elements.password.focus();
  });

  on('hatchery:signed-in', function (event) {
    var token = event.detail.csrf;
    document.querySelector('meta[name=csrf]').content = token;
    all('input[name=csrf_token]').forEach(function (field) { field.value = token; });
    document.getElementById('dialog').close();
    retry();
  });

  function rest(form) { form.removeAttribute('data-sent'); form.classList.remove('is-busy'); }

  on('submit', function (event) {
    var form = event.target;
    if (event.defaultPrevented) return;
    if (form.hasAttribute('data-sent')) { event.preventDefault(); return; }
    form.setAttribute('data-sent', '');
    form.classList.add('is-busy');
    submitting = form;
    setTimeout(function () { rest(form); submitting = null; }, 15000);
    if (form.hasAttribute('data-signout')) page.forget();
  });

  window.addEventListener('pageshow', function () { submitting = null; all('form[data-sent]').forEach(rest); });
  window.addEventListener('beforeunload', function (event) {
    if (!isDirty(submitting)) return;
    event.preventDefault();
    event.returnValue = '';
    setTimeout(function () { all('form[data-sent]').forEach(rest); submitting = null; });  // for who stays
  });

  page.keep = keep;
  page.isDirty = isDirty;
  page.retry = retry;
}());
