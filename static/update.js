'use strict';
// A newer version of the site. Its service worker waits until the person says 刷新页面. Its fragments were not put
// into the page (waiting.js): the writes they answer count all the same, and 刷新页面 carries what is still unsaved
// to the server as a plain form does.
(function () {
  var page = window.hatchery, banner = document.getElementById('update'), registration = page.registration, isOld = false;

  banner.querySelector('[data-reload]').onclick = function (event) {
    var unsaved = page.all('form[data-dirty], form[data-unsaved]'), form = unsaved[0];
    var waiting = registration && navigator.serviceWorker.controller && registration.waiting;
    if (!form && !waiting) return;  // a link, which opens the page again
    event.preventDefault();
    if (isOld && unsaved.length === 1) {
      form.removeAttribute('data-dirty');
      form.removeAttribute('data-unsaved');
      form.submit();
    } else if (form) page.say('warn', 'warn', '还有内容没保存，请先保存');
    else {
      navigator.serviceWorker.addEventListener('controllerchange', function () { window.location.reload(); });
      waiting.postMessage('skip-waiting');
    }
  };

  // What became of a request whose answer was not shown.
  function tell(detail) {
    var elt = detail.requestConfig.elt, status = detail.xhr.status;
    isOld = true;
    banner.hidden = false;
    banner.firstChild.textContent = '网站已更新，请刷新页面；已输入的内容会保留。';
    if (elt.matches('[data-decides], [data-poll]')) return;
    if (detail.requestConfig.verb === 'get') {
      // Links lead to pages that stand alone.
      if (elt.href && !page.isDirty()) window.location.assign(elt.href);
    } else if (elt.matches('[data-dirty]') || !(status < 300 || (status === 422 && elt.id === 'tab-form'))) {
      page.say('warn', 'warn', '还没有保存，请点上方的「刷新页面」');
    } else page.say('ok', 'done', '已保存，刷新页面后可见');
  }
  page.foreign.forEach(tell);
  page.foreign = { push: function (detail) { setTimeout(tell, 0, detail); } };

  function offer() { if (registration.waiting && navigator.serviceWorker.controller) banner.hidden = false; }
  function follow() { if (registration.installing) registration.installing.addEventListener('statechange', offer); }
  if (!registration) return;
  offer();
  follow();
  registration.addEventListener('updatefound', follow);
}());
