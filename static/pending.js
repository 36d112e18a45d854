'use strict';
// Around the sending of evidence.js: what is not worth sending, the list of files that wait for their place, and
// files that are dropped.
(function () {
  var page = window.hatchery, form = document.getElementById('choose');
  if (!page || !form) return;

  var MAX_BYTES = 3145728;
  var on = page.on, all = page.all;

  page.size = function (bytes) {
    return bytes >= 1048576 ? Math.ceil(bytes / 104857.6) / 10 + ' MB' : Math.max(1, Math.round(bytes / 1024)) + ' KB';
  };

  // A courtesy: the server judges again.
  page.refusal = function (file) {
    if (!/\.pdf$/i.test(file.name)) return '没有发送：不是 PDF 文件，请先另存为 PDF';
    if (file.size === 0) return '没有发送：这是一个空文件';
    if (file.size > MAX_BYTES) return '没有发送：文件有 ' + page.size(file.size) + '，不能大于 3 MB。请压缩后再传';
    return '';
  };

  function list(things, make) { return Array.prototype.map.call(things || [], make); }
  function boxes() { return all('#pending input[name=file]'); }

  function tally() {
    var ticked = boxes().filter(function (box) { return box.checked; }).length, head = document.getElementById('tick-all');
    all('[data-ticked]').forEach(function (place) { place.textContent = ' ' + ticked + ' 份'; });
    document.getElementById('confirmation').hidden = !boxes().length;
    if (!head) return;
    head.checked = ticked > 0 && ticked === boxes().length;
    head.indeterminate = ticked > 0 && !head.checked;
  }

  // Ticks that somebody set or took away meanwhile stay so.
  page.refreshPending = function () {
    var before = {};
    boxes().forEach(function (box) { before[box.value] = box.checked; });
    return window.htmx.ajax('GET', form.action + window.location.search, { target: '#pending', swap: 'outerHTML' }).then(function () {
      boxes().forEach(function (box) { if (box.value in before) box.checked = before[box.value]; });
      tally();
    });
  };

  on('change', function (event) {
    if (event.target.id === 'tick-all') boxes().forEach(function (box) { box.checked = event.target.checked; });
    if (page.near(event, '#pending')) tally();
  });
  // All files of a dropped folder, with the path that tells where they belong.
  function walk(entry, path) {
    return new Promise(function (resolve) {
      if (entry.isFile) { entry.file(function (file) { resolve([{ file: file, path: path + file.name }]); }, function () { resolve([]); }); return; }
      var reader = entry.createReader(), found = [];
      (function more() {
        reader.readEntries(function (entries) {
          if (!entries.length) { Promise.all(found).then(function (lists) { resolve([].concat.apply([], lists)); }); return; }
          entries.forEach(function (one) { found.push(walk(one, path + entry.name + '/')); });
          more();
        }, function () { resolve([]); });
      }());
    });
  }

  on('dragover', function (event) { if (event.dataTransfer) { event.preventDefault(); document.getElementById('drop').classList.toggle('over', Boolean(page.near(event, '#drop'))); } });
  on('drop', function (event) {
    event.preventDefault();
    document.getElementById('drop').classList.remove('over');
    var data = event.dataTransfer, entries = list(data.items, function (one) { return one.webkitGetAsEntry && one.webkitGetAsEntry(); }).filter(Boolean);
    // Where there are no entries there still are the files themselves, only without their folders.
    if (!entries.length) { page.takeFiles(list(data.files, function (file) { return { file: file, path: file.name }; })); return; }
    Promise.all(entries.map(function (entry) { return walk(entry, ''); })).then(function (lists) { page.takeFiles([].concat.apply([], lists)); });
  });
  // Nothing ticked, nothing to do: say so instead of asking the server.
  document.addEventListener('click', function (event) {
    var button = page.near(event, '#confirmation button');
    if (!button || boxes().some(function (box) { return box.checked; })) return;
    event.preventDefault();
    event.stopPropagation();
    page.say('warn', 'warn', '请先勾选文件');
  }, true);
  on('htmx:afterSettle', tally);
  tally();
}());
