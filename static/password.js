// Says beside each rule of passwords whether what is typed meets it. The server judges; this only saves a way.
(function () {
  'use strict';

  var list = document.getElementById('password-rules'), field = document.getElementById('password');
  if (!list || !field) return;
  var personal = list.dataset.personal.toLowerCase().split(' ').filter(Boolean);
  var kinds = [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/];

  var meets = {
    length: function (typed) { return Array.from(typed).length >= Number(list.dataset.shortest) && Array.from(typed).length <= Number(list.dataset.longest); },
    kinds: function (typed) { return kinds.filter(function (kind) { return kind.test(typed); }).length >= Number(list.dataset.kinds); },
    personal: function (typed) { return !personal.some(function (word) { return typed.toLowerCase().indexOf(word) >= 0; }); }
  };

  function judge() {
    Array.prototype.forEach.call(list.querySelectorAll('[data-rule]'), function (item) {
      var rule = meets[item.dataset.rule];
      if (!rule) return;
      var isMet = field.value !== '' && rule(field.value), word = item.querySelector('b');
      if (isMet && !word) {
        word = document.createElement('b');
        word.textContent = '（已满足）';
        item.appendChild(word);
      } else if (!isMet && word) {
        word.remove();
      }
    });
  }

  field.addEventListener('input', judge);
  judge();
})();
