import { call } from './api.js'
import { button, node } from './dom.js'

export function nameOf({ name, username }) {
  return name || username
}

export function avatar({ avatar: { renditions } }, size = 'small') {
  return node('img', { loading: 'lazy', className: `avatar ${size}`, alt: '', src: renditions.thumb })
}

/** The URL of a profile on this page. */
export function profileLink({ username }) {
  return `#/@${encodeURIComponent(username)}`
}

/** Avatar and name, as a link to the profile. */
export function personLink(person, note) {
  return node(
    'a',
    { className: 'person', href: profileLink(person) },
    avatar(person),
    node(
      'span',
      {},
      node('strong', {}, nameOf(person)),
      node('span', { className: 'quiet' }, note ?? `@${person.username}`),
    ),
  )
}

/** Where a guest is sent who tries an action for members. */
export function askWhoTheyAre() {
  location.hash = '#/as'
}

/** `onChange` gets the new state: `{ following, followers }`. */
export function followButton(user, onChange) {
  const { followedBy = false } = user.viewer ?? {}
  let following = user.viewer?.following ?? false
  const made = button({}, async () => {
    if (!user.viewer) return askWhoTheyAre()
    const method = following ? 'DELETE' : 'PUT'
    const state = await call(method, `/users/${encodeURIComponent(user.username)}/follow`)
    following = state.following
    show()
    onChange(state)
  })
  function show() {
    made.className = following ? 'plain small' : 'small'
    made.textContent = following ? 'Following' : followedBy ? 'Follow back' : 'Follow'
  }
  show()
  return made
}
