'use strict';
// Fetches later.js, which keeps what is typed through a lost connection, in a page where somebody types on a
// computer of his own, and in every page while something waits. Others do without its weight.
(function () {
  var bar = document.getElementById('unsent'), isAsked = false;
  if (!bar || !window.hatchery) return;

  function isMarked() {
    try { return localStorage.getItem('ui.kept'); } catch (blocked) { return false; }
  }

  function fetchLater() {
    if (isAsked) return;
    isAsked = true;
    var script = document.createElement('script');
    script.src = bar.dataset.script;
    document.head.appendChild(script);
  }

  if (isMarked()) fetchLater();
  window.addEventListener('storage', function () { if (isMarked()) fetchLater(); });
  if (!document.querySelector('meta[name=drafts][data-keep]')) return;
  if (!navigator.onLine) fetchLater();
  window.addEventListener('offline', fetchLater);
  document.addEventListener('input', fetchLater);
}());
