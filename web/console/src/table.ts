import type { Directive } from 'vue'

/**
 * `v-table` on the box of a table. A table that is wider than its box can be scrolled by keyboard and
 * shows that it goes on; with the class `stack`, every row is a card on a phone, and its cells carry
 * the words of the header.
 */
const watchers = new WeakMap<HTMLElement, ResizeObserver>()

function measure(box: HTMLElement) {
  const wide = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1
  box.classList.toggle('more', box.scrollLeft + box.clientWidth < box.scrollWidth - 1)
  if (wide) {
    box.tabIndex = 0
    box.setAttribute('role', 'region')
    const heading = box.closest('section, .card')?.querySelector('h1, h2') ?? document.querySelector('main h1')
    box.setAttribute('aria-label', heading?.firstChild?.textContent?.trim() || document.title)
  } else for (const name of ['tabindex', 'role', 'aria-label']) box.removeAttribute(name)
}

function dress(box: HTMLElement) {
  const table = box.querySelector('table')
  if (table && box.classList.contains('stack')) {
    // A column whose head is only for screen readers holds buttons that say what they do.
    const heads = [...table.querySelectorAll(':scope > thead th')].map((head) => (head.querySelector('.sr') ? '' : head.textContent?.trim() ?? ''))
    // A row that is drawn as a block is no longer a row to a screen reader unless it says so.
    table.setAttribute('role', 'table')
    // A table within a cell is dressed by its own box.
    for (const row of table.querySelectorAll(':scope > tbody > tr')) {
      row.setAttribute('role', 'row')
      ;[...row.children].forEach((cell, at) => {
        cell.setAttribute('role', 'cell')
        // A cell across the columns belongs to none of them.
        cell.setAttribute('data-label', (cell as HTMLTableCellElement).colSpan > 1 ? '' : heads[at] ?? '')
      })
    }
  }
  measure(box)
}

export const vTable: Directive<HTMLElement> = {
  mounted(box) {
    dress(box)
    box.addEventListener('scroll', () => measure(box), { passive: true })
    if (typeof ResizeObserver === 'undefined') return
    const watcher = new ResizeObserver(() => measure(box))
    watcher.observe(box)
    watchers.set(box, watcher)
  },
  updated: dress,
  unmounted(box) {
    watchers.get(box)?.disconnect()
  },
}
