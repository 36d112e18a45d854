'use strict';
// Many files at once: two are on their way at a time; a broken line waits and goes on; nothing is sent twice.
(function () {
  var page = window.hatchery, form = document.getElementById('choose');
  if (!page || !form || !page.refreshPending) return;

  var AT_ONCE = 2, FIRST_PAUSE = 3000, LONGEST_PAUSE = 60000;
  // A line that went dead says nothing for ever: after so long without a sign of life it counts as broken.
  var ANSWER_MS = 30000, SILENCE_MS = 60000, CHECK_MS = 180000;
  var byId = function (id) { return document.getElementById(id); };
  var items = [], stopped = '', known = null, running = 0, isLearning = false, isPaused = false, isFresh = false, pause = FIRST_PAUSE, timer = null;

  function count(state) { return items.filter(function (item) { return item.state === state; }).length; }

  function show(item, kind, shape, text) {
    page.say(kind, shape, text, item.line);
    item.again.hidden = item.state !== 'failed';
    item.element.hidden = item.state === 'done';
  }

  function summary() {
    var done = count('done'), failed = count('failed') + count('refused'), left = count('waiting') + count('sending');
    byId('queue').hidden = !items.length;
    byId('queue-bar').value = items.length ? 100 * (items.length - left) / items.length : 0;
    byId('queue-state').textContent = (left ? '已上传 ' + done + ' / ' + items.length + ' 份' : '已上传 ' + done + ' 份')
      + (failed ? '，' + failed + ' 份没有上传' : '') + (isPaused && left ? '。' + stopped : '');
    byId('resume').hidden = !(isPaused && left) && !count('failed');
    byId('clear').hidden = Boolean(left) || !failed;
  }

  function add(file, path) {
    var element = document.createElement('li'), why = page.refusal(file);
    var name = document.createElement('span'), line = document.createElement('span'), again = document.createElement('button');
    name.className = 'where';
    name.textContent = path + '（' + page.size(file.size) + '）';
    line.className = 'text';
    again.type = 'button';
    again.className = 'btn small';
    again.textContent = '重试';
    again.setAttribute('aria-label', '重试 ' + path);
    [name, line, again].forEach(function (part) { element.appendChild(part); });
    byId('queue-list').appendChild(element);
    var item = { file: file, path: path, element: element, line: line, again: again, state: why ? 'refused' : 'waiting' };
    again.onclick = function () { item.state = 'waiting'; show(item, 'mute', 'open', '等待上传'); go(); };
    items.push(item);
    show(item, why ? 'bad' : 'mute', why ? 'bad' : 'open', why || '等待上传');
  }

  page.takeFiles = function (files) {
    var chosen = files.filter(function (one) { return !/(^|\/)(\.|~\$|Thumbs\.db|desktop\.ini)/i.test(one.path); });
    if (!running && !count('waiting')) items = items.filter(function (item) { return item.state !== 'done'; });
    chosen.forEach(function (one) { add(one.file, one.path); });
    summary();
    go();
    go();
  };

  // What the server has already, asked once for every lot and again after a broken line.
  function learn() {
    var line = new AbortController();
    setTimeout(function () { line.abort(); }, ANSWER_MS);
    return fetch(form.action + '/known', { credentials: 'same-origin', headers: { 'HX-Request': 'true' }, signal: line.signal }).then(function (answer) {
      if (answer.status === 401) { signIn(); return null; }
      if (!answer.ok) throw new Error();
      return answer.text();
    }).then(function (text) {
      if (text === null) return;
      known = {};
      text.split('\n').forEach(function (line) { known[line] = true; });
      isPaused = false;
      pause = FIRST_PAUSE;
    });
  }

  // The page itself asks for the sign-in, as it does for every other act; 继续上传 goes on after it.
  function signIn() {
    if (!isPaused) page.refreshPending();
    stop('登录已过期，请重新登录，再点「继续上传」');
  }

  function stop(why) {
    isPaused = true;
    stopped = why;
    clearTimeout(timer);
    summary();
  }

  function digest(file) {
    var crypto = window.crypto && window.crypto.subtle, reader = new FileReader();
    if (!crypto) return Promise.resolve('');
    return new Promise(function (resolve, reject) {
      reader.onload = function () { resolve(reader.result); };
      reader.onerror = reject;
      reader.readAsArrayBuffer(file);
    }).then(function (bytes) { return crypto.digest('SHA-256', bytes); }).then(function (hash) {
      return Array.prototype.map.call(new Uint8Array(hash), function (byte) { return ('0' + byte.toString(16)).slice(-2); }).join('');
    });
  }

  function wait() {
    if (isPaused) return;
    stop('线路中断，恢复后自动继续');
    timer = setTimeout(resume, pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }

  function resume() { clearTimeout(timer); isPaused = false; known = null; go(); }

  function go() {
    if (isPaused || isLearning || running >= AT_ONCE) return;
    if (!known && count('waiting')) {
      isLearning = true;
      learn().then(function () { isLearning = false; go(); go(); }, function () { isLearning = false; wait(); });
      return;
    }
    var item = items.filter(function (one) { return one.state === 'waiting'; })[0];
    if (!item) { if (!running) finish(); return; }
    running += 1;
    item.state = 'sending';
    digest(item.file).then(function (hash) {
      if (hash && (known[hash + ' ' + item.path] || known[hash + ' ' + item.file.name])) end(item, 'done', 'ok', 'done', '已在系统中，没有重复发送');
      else send(item);
    }, function () { end(item, 'failed', 'bad', 'bad', '读不出这个文件，可能已移动或删除'); });
    summary();
  }

  function end(item, state, kind, shape, text) {
    item.state = state;
    isFresh = isFresh || state === 'done';
    show(item, kind, shape, text);
    running -= 1;
    summary();
    go();
  }

  function send(item) {
    var request = new XMLHttpRequest(), data = new FormData(), silence = null;
    function allow(time) { clearTimeout(silence); silence = setTimeout(function () { request.abort(); }, time); }
    data.append('table', byId('table').value);
    data.append('file', item.file, item.path);
    request.open('POST', form.action);
    request.setRequestHeader('HX-Request', 'true');
    request.setRequestHeader('X-CSRFToken', document.querySelector('meta[name=csrf]').content);
    request.upload.onprogress = function (event) { show(item, 'busy', 'half', '正在上传 ' + Math.floor(100 * event.loaded / (event.total || 1)) + ' %'); allow(SILENCE_MS); };
    request.upload.onload = function () { show(item, 'busy', 'half', '已上传，正在检查文件…'); allow(CHECK_MS); };
    request.onload = function () { clearTimeout(silence); answered(item, request); };
    request.onerror = request.onabort = function () {
      clearTimeout(silence);
      item.state = 'waiting';
      show(item, 'warn', 'warn', '线路中断，等待重新上传');
      running -= 1;
      wait();
    };
    show(item, 'busy', 'half', '正在上传 0 %');
    allow(SILENCE_MS);
    request.send(data);
  }

  function answered(item, request) {
    var box = new DOMParser().parseFromString(request.responseText, 'text/html').querySelector('[data-pending], [data-error]');
    if (request.status === 401) { item.state = 'waiting'; running -= 1; signIn(); return; }
    if (request.status === 201) end(item, 'done', 'ok', 'done', box ? box.textContent.trim() : '已上传');
    else if (request.status === 429) end(item, 'failed', 'bad', 'bad', '操作太频繁，请稍后重试');
    else if (request.status < 500) end(item, 'refused', 'bad', 'bad', box ? box.textContent.trim() : '没有上传：申报已不能修改，或待归入的文件已满，请刷新本页查看');
    else end(item, 'failed', 'bad', 'bad', '没有办成，请稍后重试');
  }

  // The list of what waits shows what came in.
  function finish() {
    if (isFresh) page.refreshPending();
    isFresh = false;
  }

  page.on('change', function (event) {
    var field = event.target;
    if (field.form === form && field.type === 'file') {
      page.takeFiles(Array.prototype.map.call(field.files, function (file) { return { file: file, path: file.webkitRelativePath || file.name }; }));
      field.value = '';
    }
  });
  window.addEventListener('online', function () { if (isPaused) resume(); });
  window.addEventListener('beforeunload', function (event) {
    if (count('waiting') + count('sending')) { event.preventDefault(); event.returnValue = ''; }
  });
  byId('resume').onclick = function () {
    items.forEach(function (item) { if (item.state === 'failed') item.state = 'waiting'; });
    resume();
  };
  byId('clear').onclick = function () {
    items.forEach(function (item) { item.element.remove(); });
    items = [];
    summary();
    byId('files').focus();
  };
}());
