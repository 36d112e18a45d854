'use strict';
// Tables that feel like a sheet. Enter saves the row and Esc gives it up; up and down move between rows in the
// same column, saving what was changed; a block pasted into the blank row becomes many rows.
(function () {
  var page = window.hatchery;
  if (!page) return;

  var on = page.on, near = page.near, all = page.all, wish = null;

  // While a word is composed the keys belong to the input method.
  function isComposing(event) { return event.isComposing || event.keyCode === 229; }

  on('keydown', function (event) {
    if (isComposing(event) || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    var row = near(event, 'tbody > tr'), plain = near(event, 'input:not([type=file]), select');
    if (row && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) { move(event, row); return; }
    var press = !row || !row.matches('[data-row]') ? null
      : event.key === 'Enter' && plain ? row.querySelector('[data-save]')
        : event.key === 'Escape' ? row.querySelector('[data-cancel]') : null;
    if (event.key === 'Escape' && row && row.matches('.blank')) { empty(row); return; }
    if (!press) return;
    event.preventDefault();
    // What waited for the line may have been sent a moment ago, and the row be a new one.
    if (event.key === 'Enter' && row.matches('.blank') && !row.querySelector('form[data-dirty], form[data-unsaved]')) {
      page.say('mute', 'open', '没有要保存的内容');
    } else press.click();
  });

  // Esc in the blank row takes back what was typed there.
  function empty(row) {
    var form = row.querySelector('form');
    form.reset();
    form.removeAttribute('data-dirty');
  }

  function neighbour(row, key) {
    var step = key === 'ArrowUp' ? 'previousElementSibling' : 'nextElementSibling', next = row[step];
    while (next && (!next.matches('tr[id]') || next.matches('.removed'))) next = next[step];
    return next;
  }

  function move(event, row) {
    var field = event.target, next = neighbour(row, event.key);
    if (!next || !near(event, 'input:not([type=radio]):not([type=file]), .act a, .act button')) return;
    event.preventDefault();
    if (!row.matches('.editing')) { reach(next, field.name); return; }
    if (!row.querySelector('form[data-dirty]')) {
      row.setAttribute('data-closing', '');
      row.querySelector('[data-cancel]').click();
      reach(next, field.name);
      return;
    }
    wish = { row: next.id, name: field.name, after: row.querySelector('form') };
    row.querySelector('[data-save]').click();
  }

  // Puts the cursor into the row: into the column if there is one, opening the row if need be.
  function reach(row, name) {
    var field = name && row.querySelector('[name="' + name + '"]:not([type=hidden])');
    var edit = row.querySelector('.act a[href$="/edit"]');
    wish = row.matches('[data-closing]') ? { row: row.id, name: name, closes: true } : null;
    if (wish) return;
    if (!name || !edit) field = field || edit || row.querySelector('input:not([type=hidden]), select');
    if (field) {
      field.focus();
      if (field.select) field.select();
    } else {
      wish = { row: row.id, name: name };
      edit.click();
    }
  }

  on('htmx:afterRequest', function (event) {
    var left = event.detail.requestConfig.elt.closest('[data-closing]');
    if (left && !event.detail.successful) left.removeAttribute('data-closing');
    if (!wish || wish.after !== event.detail.requestConfig.elt) return;
    if (event.detail.xhr.status === 200) reach(document.getElementById(wish.row), wish.name);
    else wish = null;
  });
  on('htmx:afterSettle', function (event) {
    var row = wish && !wish.after && document.getElementById(wish.row);
    if (row && (row.matches('[data-row]') || (wish.closes && row === event.target))) reach(row, wish.name);
  });

  // A block pasted into the blank row goes to the server, which shows what it understood before storing it.
  on('paste', function (event) {
    var row = near(event, 'tr.blank[data-row]'), form = row && row.querySelector('form');
    var text = form && event.clipboardData ? event.clipboardData.getData('text/plain') : '';
    var lines = text.replace(/[\r\n]+$/, ''), isText = event.target.localName === 'textarea';
    if (!/\t/.test(lines) && (isText || !/[\r\n]/.test(lines))) return;
    event.preventDefault();
    var send = document.createElement('form');
    send.method = 'post';
    send.enctype = 'multipart/form-data';
    send.action = form.getAttribute('action') + '/import';
    [['csrf_token', document.querySelector('meta[name=csrf]').content], ['block', text],
      ['idempotency_key', form.elements.idempotency_key.value]].forEach(function (pair) {
      var area = document.createElement('textarea');
      area.name = pair[0];
      area.value = pair[1];
      send.appendChild(area);
    });
    send.hidden = true;
    document.body.appendChild(send);
    send.submit();
  });

  // 保存 in the foot sends the row that is open, else the blank one.
  function aimFoot() {
    var open = document.querySelector('tr.editing form[id^=row-]');
    all('[data-foot][form^=row-]').forEach(function (button) { button.setAttribute('form', open ? open.id : 'row-new'); });
  }
  on('htmx:load', aimFoot);
  aimFoot();
}());
