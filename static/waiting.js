'use strict';
// Fetches what is rarely needed when it is, so that others do without its weight. later.js keeps what is typed
// through a lost connection: in a page where somebody types on a computer of his own, and in every page while
// something waits. update.js tells of a newer version of the site.
(function () {
  var page = window.hatchery, bar = document.getElementById('unsent'), banner = document.getElementById('update');
  var worker = navigator.serviceWorker;
  if (!page || !bar) return;

  function fetchScript(place) {
    if (place.isFetched) return;
    place.isFetched = true;
    var script = document.createElement('script');
    script.src = place.dataset.script;
    document.head.appendChild(script);
  }
  function fetchLater() { fetchScript(bar); }

  function isMarked() {
    try { return localStorage.getItem('ui.kept'); } catch (blocked) { return false; }
  }

  // A fragment of another build is not put into the page. Only the dialog that asks to sign in again stands alone,
  // and what was typed needs it. A row that was added is not shown; what is typed next is another one.
  page.foreign = [];
  page.on('htmx:beforeSwap', function (event) {
    var detail = event.detail, status = detail.xhr.status, form = detail.requestConfig.elt, build = detail.xhr.getResponseHeader('X-Build');
    if (!build || build === banner.dataset.build || status === 401 || status === 429 || status >= 500 || form.closest('[data-again]')) return;
    detail.shouldSwap = banner.hidden = false;
    if (status === 201 && form.id === 'row-new' && form.sent === form.typed) {
      form.reset();
      form.elements.idempotency_key.value = Date.now() + '-' + Math.random();
    }
    page.foreign.push(detail);
    fetchScript(banner);
  });

  // An operator may have switched the worker off.
  if (worker && !banner.hasAttribute('data-off') && document.querySelector('form[data-signout]')) {
    worker.register('/sw.js').then(function (registration) {
      function tell() { if (worker.controller) fetchScript(banner); }
      if (!registration) return;
      page.registration = registration;
      if (registration.waiting) tell();
      registration.addEventListener('updatefound', tell);
    }, function () {});
  }

  if (isMarked()) fetchLater();
  window.addEventListener('storage', function () { if (isMarked()) fetchLater(); });
  if (!document.querySelector('meta[name=drafts][data-keep]')) return;
  if (!navigator.onLine) fetchLater();
  window.addEventListener('offline', fetchLater);
  document.addEventListener('input', fetchLater);
}());
