for (const table of document.querySelectorAll('table.sortable')) {
  table.querySelectorAll('th').forEach((head, column) => {
    const button = head.querySelector('button');
    button.addEventListener('click', () => {
      const up = head.getAttribute('aria-sort') !== 'ascending';
      table.querySelectorAll('th').forEach(other => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const body = table.tBodies[0];
      const key = row => row.cells[column].dataset.value;
      const missing = value => value === undefined || value === '';
      [...body.rows].sort((one, other) => {
        const [a, b] = [key(one), key(other)];
        // What is missing stays at the end.
        if (missing(a) || missing(b)) return missing(a) - missing(b);
        const [x, y] = [Number(a), Number(b)];
        const order = Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x - y;
        return up ? order : -order;
      }).forEach(row => body.append(row));
    });
  });
}
const tip = document.getElementById('tip');
for (const mark of document.querySelectorAll('svg [data-tip]')) {
  mark.addEventListener('pointerenter', () => {
    tip.textContent = mark.dataset.tip;
    tip.hidden = false;
    const same = mark.dataset.series;
    mark.closest('svg').querySelectorAll('[data-series]').forEach(other => {
      other.style.opacity = same && other.dataset.series !== same ? 0.25 : 1;
    });
  });
  mark.addEventListener('pointermove', event => {
    tip.style.left = Math.min(event.pageX + 14, document.documentElement.scrollWidth - tip.offsetWidth - 8) + 'px';
    tip.style.top = event.pageY + 14 + 'px';
  });
  mark.addEventListener('pointerleave', () => {
    tip.hidden = true;
    mark.closest('svg').querySelectorAll('[data-series]').forEach(other => { other.style.opacity = 1; });
  });
}
for (const link of document.querySelectorAll('[data-runs]')) {
  link.addEventListener('click', () => {
    document.querySelectorAll('tr.of').forEach(row => row.classList.remove('of'));
    const rows = link.dataset.runs.split(' ').map(number => document.getElementById('run-' + number));
    rows[0].closest('details').open = true;
    rows.forEach(row => row.classList.add('of'));
  });
}
