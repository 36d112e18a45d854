'use strict';
// What fields do beyond plain HTML: counters, live search, files, and the sides of wide tables.
(function () {
  var page = window.hatchery;
  if (!page) return;

  var MAX_BYTES = 3145728;
  var on = page.on, near = page.near, all = page.all;

  on('compositionstart', function () { page.composing = true; });
  on('compositionend', function () { page.composing = false; });

  function count(area) {
    var place = document.getElementById(area.id + '-count'), used = Array.from(area.value).length, max = Number(area.dataset.max);
    if (!place) return;
    place.textContent = used > max ? '已超出 ' + (used - max) + ' 字' : '已写 ' + used + ' / ' + max + ' 字';
    place.classList.toggle('over', used > max);
  }

  on('input', function (event) {
    if (event.target.dataset.max) count(event.target);
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

  function sendsFile(form) { return form.enctype === 'multipart/form-data'; }

  // A file on a line that went dead would be on its way for ever: after so long without a sign of life it waits.
  function watch(form, time) {
    clearTimeout(form.silence);
    form.silence = setTimeout(function () { form.isDead = true; window.htmx.trigger(form, 'htmx:abort'); }, time);
  }

  on('htmx:beforeRequest', function (event) { if (sendsFile(event.target)) watch(event.target, 60000); });
  on('htmx:xhr:progress', function (event) {
    var form = event.target, detail = event.detail;
    if (!sendsFile(form) || !detail.lengthComputable || !detail.total) return;
    var share = Math.round(100 * detail.loaded / detail.total);
    page.say('busy', 'half', share < 100 ? '正在上传 ' + share + ' %' : '已上传，正在检查文件…');
    watch(form, share < 100 ? 60000 : 180000);
  });
  on('htmx:afterRequest', function (event) { clearTimeout(event.detail.requestConfig.elt.silence); });
  on('htmx:sendAbort', function (event) {
    var config = event.detail.requestConfig;
    if (config.elt.isDead) page.keep(config, 'timeout');
    config.elt.isDead = false;
  });

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

  function setUp(place) {
    shadeAll();
    all('textarea[data-max]', place).forEach(count);
    all('[data-expires]', place).forEach(expire);
    all('[data-closed]', place).forEach(function (field) { field.disabled = true; });
    if (place.dataset.expires) expire(place);
  }

  on('htmx:load', function (event) { if (event.target !== document.body) setUp(event.target); });
  setUp(document.body);
}());
