import { call } from './api.js'
import { button, node } from './dom.js'

/** A list that is read in pages. `show` creates an element for an item; `empty` is shown for an empty list. */
export async function pagedList({ path, from = call, className, show, empty }) {
  const list = node('div', { className })
  const more = button({ className: 'plain more' }, () => read(more.cursor), 'Show more')

  async function read(cursor) {
    const query = cursor ? `?cursor=${encodeURIComponent(cursor)}` : ''
    const { items, nextCursor } = await from('GET', `${path}${query}`)
    list.append(...items.map(show))
    more.cursor = nextCursor
    more.hidden = nextCursor === null
  }

  await read(null)
  return list.children.length > 0 ? [list, more] : [node('div', { className: 'card empty' }, ...empty)]
}
