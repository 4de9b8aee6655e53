// Everything works without this file; it only spares some clicks. What it should do stands in data- attributes.
(() => {
  "use strict";
  const each = (selector, f) => document.querySelectorAll(selector).forEach(f);

  // A form or a field that sends its form as soon as something is chosen.
  each("[data-autosubmit]", (el) => {
    el.addEventListener("change", () => {
      const form = el.form || el;
      if (form.requestSubmit) form.requestSubmit();
    });
  });

  // A question before what cannot be undone.
  each("form[data-confirm]", (form) => {
    form.addEventListener("submit", (event) => {
      if (!window.confirm(form.dataset.confirm)) event.preventDefault();
    });
  });

  // How many characters are left, said aloud only near the end.
  each("[data-count]", (field) => {
    const most = Number(field.dataset.count);
    const out = document.createElement("output");
    out.className = "counter meta";
    out.htmlFor = field.id;
    field.after(out);
    const numbers = new Intl.NumberFormat(document.documentElement.lang);
    const show = () => {
      const used = [...field.value].length;
      out.textContent = numbers.format(used) + " / " + numbers.format(most);
      out.setAttribute("aria-live", used > most * 0.9 ? "polite" : "off");
    };
    field.addEventListener("input", show);
    show();
  });

  // Advice on what is typed: the form goes to data-hints-url, and what comes back, a piece of a page, is put
  // into the element that data-hints-into names.
  each("form[data-hints-url]", (form) => {
    const into = document.querySelector(form.dataset.hintsInto || "[data-hints]");
    if (!into) return;
    let timer = 0;
    let asked = 0;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const mine = ++asked;
        const answer = await fetch(form.dataset.hintsUrl, {
          method: "POST",
          headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "text/html" },
          body: new URLSearchParams(new FormData(form)),
        }).catch(() => null);
        if (answer && answer.ok && mine === asked) into.innerHTML = await answer.text();
      }, 700);
    });
  });

  // Words selected in a text go into the field that data-quote-into names. A click selects nothing, so it does
  // not empty the field; a selection that reaches out of the text is not a quotation of it.
  each("[data-quote-into]", (text) => {
    const field = document.getElementById(text.dataset.quoteInto);
    if (!field) return;
    const take = () => {
      const chosen = document.getSelection();
      if (!chosen || chosen.isCollapsed || !text.contains(chosen.anchorNode) || !text.contains(chosen.focusNode)) return;
      const words = chosen.toString().trim();
      if (!words || words === field.value) return;
      field.value = words;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    };
    let timer = 0;
    document.addEventListener("selectionchange", () => {
      clearTimeout(timer);
      timer = setTimeout(take, 250);
    });
  });

  // A summary of errors is read out first.
  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();

  // A form that is under way is not sent twice.
  each("form[method=post]", (form) => {
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, 5000);
    });
  });
})();
