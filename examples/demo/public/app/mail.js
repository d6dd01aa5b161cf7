import { element, node, timeAgo } from './dom.js'
import { watchMail } from './mail-count.js'

let letters = []
/** The id of the open email; the newest one if none was selected. */
let chosen = null

watchMail((items) => {
  // A frame that is created again flickers.
  const isNew = items[0]?.id !== letters[0]?.id
  letters = items
  if (isNew) showLetter()
  showList()
})

function showList() {
  element('mailbox').hidden = letters.length === 0
  element('none').hidden = letters.length > 0
  element('letters').replaceChildren(...letters.map(listItem))
}

function openLetter() {
  return letters.find(({ id }) => id === chosen) ?? letters[0]
}

function listItem(letter) {
  const { id, to, subject, at } = letter
  const made = node(
    'button',
    { type: 'button', className: 'plain' },
    node('strong', {}, subject),
    node('span', { className: 'quiet' }, `${to} · ${timeAgo(at)}`),
  )
  made.toggleAttribute('aria-current', letter === openLetter())
  made.addEventListener('click', () => {
    chosen = id
    showLetter()
    showList()
  })
  return node('li', {}, made)
}

function showLetter() {
  const letter = openLetter()
  if (!letter || element('letter').dataset.id === letter.id) return
  const { id, to, subject, text } = letter
  element('letter').dataset.id = id
  const frame = node('iframe', { title: subject, src: `/dev/mail/${encodeURIComponent(id)}` })
  frame.setAttribute('sandbox', 'allow-popups allow-popups-to-escape-sandbox')
  element('letter').replaceChildren(
    node('h1', {}, subject),
    node('p', { className: 'quiet' }, `To ${to}`),
    frame,
    node('details', {}, node('summary', {}, 'As plain text'), node('pre', {}, text)),
  )
}
