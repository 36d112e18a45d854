'use strict';
// What rows and fields do beyond plain HTML: keys, counters, live search, files, wide tables.
(function () {
  var page = window.hatchery;
  if (!page) return;

  var MAX_BYTES = 3145728;
  var on = page.on, near = page.near, all = page.all;

  on('compositionstart', function () { page.composing = true; });
  on('compositionend', function () { page.composing = false; });

  // Enter saves the row, Esc gives it up; while a word is composed both belong to the input method.
  on('keydown', function (event) {
    if (event.isComposing || event.keyCode === 229) return;
    var row = near(event, '[data-row]'), plain = near(event, 'input:not([type=file]), select');
    var press = !row ? null
      : event.key === 'Enter' && plain ? row.querySelector('[data-save]')
        : event.key === 'Escape' ? row.querySelector('[data-cancel]') : null;
    if (!press) return;
    event.preventDefault();
    press.click();
  });

  function count(area) {
    var place = document.getElementById(area.id + '-count'), used = Array.from(area.value).length, max = Number(area.dataset.max);
    if (!place) return;
    place.textContent = used > max ? '已超出 ' + (used - max) + ' 字' : '已写 ' + used + ' / ' + max + ' 字';
    place.classList.toggle('over', used > max);
  }

  on('input', function (event) {
    var field = event.target, form = field.form;
    if (form && form.hasAttribute('data-guard')) form.setAttribute('data-dirty', '');
    if (field.dataset.max) count(field);
  });

  // Live search sends nothing before a Chinese word is chosen.
  function settle(event) {
    var field = near(event, '[data-live]');
    if (!field || page.composing) return;
    clearTimeout(field.settling);
    field.settling = setTimeout(function () { field.dispatchEvent(new Event('settled', { bubbles: true })); }, 300);
  }
  on('input', settle);
  on('compositionend', settle);

  // A courtesy: the server judges again.
  function refusal(file) {
    if (!/\.pdf$/i.test(file.name)) return '请选择 PDF 文件，文件名以 .pdf 结尾';
    if (file.size === 0) return '这是一个空文件，请重新选择';
    if (file.size > MAX_BYTES) return '文件有 ' + Math.ceil(file.size / 104857.6) / 10 + ' MB，不能大于 3 MB。请压缩后再传';
    return '';
  }

  function refusalLine(form) {
    var line = form.nextElementSibling;
    if (line && line.hasAttribute('data-refusal')) return line;
    line = document.createElement('p');
    line.className = 'msg';
    line.setAttribute('data-refusal', '');
    line.setAttribute('role', 'alert');
    return form.parentNode.insertBefore(line, form.nextSibling);
  }

  function sendFile(field) {
    var form = field.form, why = refusal(field.files[0]), line = refusalLine(form);
    line.textContent = '';
    if (!why) { form.querySelector('button').click(); return; }
    page.say('bad', 'bad', why, line);
    field.value = '';
  }

  function markChoice(list) {
    all('label', list).forEach(function (label) { label.classList.toggle('on', label.querySelector('input').checked); });
  }

  on('change', function (event) {
    var field = event.target, list = near(event, '.choices');
    if (list) markChoice(list);
    if (field.dataset.echo) all('[data-echo-here]').forEach(function (place) { place.textContent = field.dataset.echo; });
    if (field.type === 'file' && field.files.length && field.form.matches('.file-pick, .file-form')) sendFile(field);
  });

  on('click', function (event) {
    var button = near(event, '[data-reveal]');
    if (!button) return;
    var field = document.getElementById(button.dataset.reveal), shown = field.type === 'text';
    field.type = shown ? 'password' : 'text';
    button.textContent = shown ? '显示' : '隐藏';
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

  // The soft shade at the side of a wide table that has more columns.
  function shade(box) {
    var frame = box.parentNode.classList;
    frame.toggle('more-left', box.scrollLeft > 0);
    frame.toggle('more-right', box.scrollLeft < box.scrollWidth - box.clientWidth - 1);
  }
  function shadeAll() { all('.scroll').forEach(shade); }
  document.addEventListener('scroll', function (event) { if (event.target.className === 'scroll') shade(event.target); }, true);
  window.addEventListener('resize', shadeAll);

  function expire(piece) { setTimeout(function () { piece.remove(); }, 1000 * piece.dataset.expires); }

  // 保存 in the foot sends the row that is open, else the blank one.
  function aimFoot() {
    var open = document.querySelector('tr.editing form[id^=row-]');
    all('[data-foot][form^=row-]').forEach(function (button) { button.setAttribute('form', open ? open.id : 'row-new'); });
  }

  function setUp(place) {
    shadeAll();
    all('textarea[data-max]', place).forEach(count);
    all('[data-expires]', place).forEach(expire);
    all('[data-closed]', place).forEach(function (field) { field.disabled = true; });
    aimFoot();
    if (place.dataset.expires) expire(place);
  }

  on('htmx:load', function (event) { if (event.target !== document.body) setUp(event.target); });
  setUp(document.body);
}());
