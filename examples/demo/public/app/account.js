import { openActivity } from './activity.js'
import { call } from './api.js'
import { button, element, exactTime, node, say, sayProblem } from './dom.js'
import { onSubmit, withoutBlanks } from './forms.js'
import { avatar } from './people.js'
import { isOfCast } from './cast.js'
import { emailFact } from './email.js'
import { openSecurity } from './security.js'

let changed = () => {}

/** Fills the view of the current account. */
export async function openAccount(me) {
  showOwn(me)
  const { items } = await call('GET', '/users/me/sessions')
  element('devices').replaceChildren(...items.map((session) => deviceRow(session, me)))
  element('end-others').hidden = items.length < 2
  // Demo accounts have no way to sign in, and should stay as they are.
  const isOwn = !isOfCast(me)
  for (const part of document.querySelectorAll('.of-own')) part.hidden = !isOwn
  element('of-cast').hidden = isOwn
  await openActivity()
  if (isOwn) await openSecurity()
}

/** `onChange` gets the account after each change, and `null` after its deletion. */
export function startAccount({ current, onChange }) {
  changed = (user) => {
    onChange(user)
    showOwn(user)
  }
  onSubmit('profile', async (fields) => {
    changed(await call('PATCH', '/users/me', fields))
    say('Saved')
  })
  onSubmit('password', async (fields, form) => {
    await call('POST', '/users/me/password', withoutBlanks(fields))
    form.reset()
    await openAccount(current())
    say('Password changed')
  })
  onSubmit('delete', async (fields) => {
    await call('DELETE', '/users/me', withoutBlanks(fields))
    onChange(null)
    say('Account deleted')
  })
  for (const use of ['avatar', 'cover']) {
    const picker = element(`${use}-picker`)
    picker.addEventListener('change', async () => {
      say('Uploading…')
      try {
        const { id } = await call('POST', '/media', picker.files[0])
        changed(await call('PUT', `/users/me/${use}`, { media: id }))
        say('Saved')
      } catch (problem) {
        sayProblem(problem)
      }
      picker.value = ''
    })
    const remove = async () => changed(await call('DELETE', `/users/me/${use}`))
    element(`${use}-remove`).replaceWith(
      button({ id: `${use}-remove`, className: 'plain small' }, remove, 'Remove'),
    )
  }
  const endOthers = async () => {
    await call('DELETE', '/users/me/sessions')
    await openAccount(current())
  }
  element('end-others').replaceWith(
    button({ id: 'end-others', className: 'plain small' }, endOthers, 'End all others'),
  )
}

function showOwn(user) {
  element('own-avatar').replaceChildren(avatar(user, 'large'))
  // An uploaded picture has a thumbhash, a generated one has none.
  element('avatar-remove').hidden = user.avatar.thumbhash === null
  element('cover-remove').hidden = user.cover === null
  const facts = [
    ['Username', `@${user.username}`],
    ['Email', isOfCast(user) ? 'none' : emailFact(user, readAgain)],
    ['Member since', exactTime(user.createdAt)],
  ]
  element('facts').replaceChildren(
    ...facts.flatMap(([term, value]) => [node('dt', {}, term), node('dd', {}, value)]),
  )
  const { elements } = element('profile')
  elements.namedItem('name').value = user.name
  elements.namedItem('bio').value = user.bio
}

async function readAgain() {
  changed(await call('GET', '/users/me'))
}

function deviceRow(session, me) {
  const line = (text) => node('div', { className: 'quiet' }, text)
  const text = node('div', {}, node('div', {}, session.deviceName ?? 'Unknown device'))
  text.append(line(`Last used ${exactTime(session.lastUsedAt)}`), line(session.address ?? ''))
  if (session.current) return node('li', {}, text, node('span', { className: 'badge' }, 'This device'))
  const end = async () => {
    await call('DELETE', `/users/me/sessions/${session.id}`)
    await openAccount(me)
  }
  return node('li', {}, text, button({ className: 'plain small' }, end, 'End'))
}
