import { ask } from './api.js'
import { button, element, node } from './dom.js'
import { avatar, nameOf } from './people.js'

/** The demo accounts; empty if the demo started empty. */
let cast = []

export async function loadCast() {
  cast = (await ask('GET', '/people')).items
  return cast
}

export function hasCast() {
  return cast.length > 0
}

export function isOfCast({ id }) {
  return cast.some((person) => person.id === id)
}

/** All of them as cards, each with a button that signs in as that account. */
export function castView(enter) {
  const cards = cast.map((person) =>
    node(
      'div',
      { className: 'card candidate' },
      avatar(person, 'large'),
      node('strong', {}, nameOf(person)),
      node('span', { className: 'quiet' }, person.bio),
      button(
        { className: 'small' },
        () => become(person, enter),
        `Sign in as ${nameOf(person).split(' ')[0]}`,
      ),
    ),
  )
  const own = node('a', { className: 'button plain', href: '#/join' }, 'Or use an account of your own')
  return [
    node('h1', {}, 'Who would you like to be?'),
    node(
      'p',
      { className: 'quiet lead' },
      'They are made up, and have no passwords: one click signs you in.',
    ),
    node('div', { className: 'candidates' }, ...cards),
    own,
  ]
}

/** Fills the list of demo accounts next to the view. */
export function showAside(me, enter) {
  const faces = cast.map((person) => {
    const label = `Sign in as ${nameOf(person)}`
    const face = button(
      { className: 'face', ariaLabel: label, title: label },
      () => become(person, enter),
      avatar(person),
    )
    face.append(node('span', {}, nameOf(person).split(' ')[0]))
    face.toggleAttribute('aria-current', person.id === me?.id)
    return face
  })
  element('faces').replaceChildren(...faces)
  element('welcome').hidden = me !== null
  element('faces-title').textContent = me ? 'Be somebody else' : 'Sign in as one of them'
}

async function become({ id }, enter) {
  const { user } = await ask('POST', `/sign-in/${id}`)
  location.hash = '#/'
  enter(user)
}
