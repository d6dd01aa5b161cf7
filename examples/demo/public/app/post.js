import { call } from './api.js'
import { button, exactTime, icon, node, say, timeAgo } from './dom.js'
import { askWhoTheyAre, personLink } from './people.js'

/** A post as shown in the feed; `me` is `null` for a guest. */
export function postCard(post, me) {
  const card = node('article', { className: 'card post' })
  const when = `${timeAgo(post.createdAt)}${post.editedAt ? ' · edited' : ''}`
  const head = node('header', {}, personLink(post.author, when))
  head.querySelector('.quiet').title = exactTime(post.createdAt)
  if (post.author.id === me?.id) head.append(removeButton(post, card))
  card.append(head)
  if (post.media.length > 0) card.append(pictures(post))
  const bar = node('div', { className: 'bar' }, likeButton(post, me), me && saveButton(post))
  const caption = node('p', { className: 'caption' }, post.caption)
  card.append(bar, ...(post.caption === '' ? [] : [caption]))
  if (post.media.length > 0) return card
  card.classList.add('words')
  bar.before(caption)
  return card
}

/** A post as shown in the grid of a profile. */
export function postTile({ id, media, caption, counts: { likes } }) {
  const [first] = media
  const link = node('a', { className: 'tile', href: `#/p/${id}` })
  if (!first) link.append(node('span', {}, caption))
  else if (first.kind === 'image') {
    link.append(node('img', { loading: 'lazy', alt: first.alt || caption, src: first.renditions.thumb }))
  } else {
    link.append(node('video', { src: first.url, preload: 'metadata', muted: true }), icon('play'))
  }
  if (media.length > 1) link.append(icon('stack'))
  link.append(node('small', { ariaLabel: `${likes} likes` }, icon('heart'), String(likes)))
  return link
}

function pictures({ media, caption }) {
  const strip = node('div', { className: 'pictures', tabIndex: media.length > 1 ? 0 : -1 })
  strip.append(...media.map((item) => picture(item, item.alt || caption)))
  if (media.length === 1) return strip
  // All are shown in the shape of the first, so that the page does not jump between them.
  strip.style.aspectRatio = `${media[0].width} / ${media[0].height}`
  return node('div', { className: 'stack' }, strip, counter(strip, media.length))
}

function picture({ kind, url, width, height, renditions }, alt) {
  // The order of the properties matters: an image that is not lazy yet is fetched as soon as it has a source.
  if (kind === 'image') return node('img', { loading: 'lazy', width, height, alt, src: renditions.feed })
  const video = node('video', { src: url, width, height, controls: true, preload: 'metadata' })
  video.setAttribute('playsinline', '')
  return video
}

function counter(strip, total) {
  const shown = node('span', { className: 'counter' }, `1/${total}`)
  strip.addEventListener('scroll', () => {
    shown.textContent = `${Math.round(strip.scrollLeft / strip.clientWidth) + 1}/${total}`
  })
  return shown
}

function likeButton({ id, viewer, counts }, me) {
  const number = node('span', {})
  let liked = viewer?.liked ?? false
  const made = button(
    { className: 'mark-button like', ariaLabel: 'Like' },
    async () => {
      if (!me) return askWhoTheyAre()
      const state = await call(liked ? 'DELETE' : 'PUT', `/posts/${id}/like`)
      liked = state.liked
      show(state.likes)
    },
    icon('heart'),
    number,
  )
  function show(likes) {
    made.setAttribute('aria-pressed', String(liked))
    number.textContent = `${likes} ${likes === 1 ? 'like' : 'likes'}`
  }
  show(counts.likes)
  return made
}

function saveButton({ id, viewer }) {
  let { saved } = viewer
  const made = button(
    { className: 'mark-button save', ariaLabel: 'Save' },
    async () => {
      saved = (await call(saved ? 'DELETE' : 'PUT', `/posts/${id}/save`)).saved
      show()
      say(saved ? 'Saved; only you see it' : 'No longer saved')
    },
    icon('bookmark'),
  )
  function show() {
    made.setAttribute('aria-pressed', String(saved))
  }
  show()
  return made
}

function removeButton({ id }, card) {
  return button(
    { className: 'mark-button', ariaLabel: 'Delete post', title: 'Delete post' },
    async () => {
      if (!confirm('Delete this post? Its likes and media go with it.')) return
      await call('DELETE', `/posts/${id}`)
      card.remove()
      say('Deleted')
    },
    icon('bin'),
  )
}
