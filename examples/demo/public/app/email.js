import { call, send } from './api.js'
import { askCode } from './codes.js'
import { askFor, text } from './dialog.js'
import { button, node, say } from './dom.js'
import { withoutBlanks } from './forms.js'

/** The email of an account, with its actions; `onChange` is called after a change. */
export function emailFact({ email, emailVerified }, onChange) {
  const run = (work) => async () => {
    if (!(await work())) return
    say('Your email address is confirmed')
    await onChange()
  }
  const small = { className: 'plain small' }
  const confirm = email && !emailVerified ? button(small, run(confirmEmail), 'Confirm') : null
  const badge = node('span', { className: 'badge' }, emailVerified ? 'Confirmed' : 'Not confirmed')
  badge.classList.toggle('open', !emailVerified)
  return node(
    'div',
    { className: 'fact' },
    node('span', {}, email ?? 'none'),
    email ? badge : null,
    confirm,
    button(small, run(changeEmail), email ? 'Change' : 'Add'),
  )
}

async function confirmEmail() {
  const { flow } = await call('POST', '/users/me/addresses/verify', { kind: 'email' })
  return await askConfirmation(flow)
}

async function changeEmail() {
  const sent = await askFor(
    {
      title: 'Change email address',
      content: [text('We send a code to the new address. Until you enter it, the address stays as it is.')],
      fields: [
        { label: 'New email address', name: 'email', type: 'email', autocomplete: 'email' },
        { label: 'Password', name: 'currentPassword', type: 'password', autocomplete: 'current-password' },
      ],
      submit: 'Send the code',
    },
    (values) => call('POST', '/users/me/addresses', withoutBlanks(values)),
  )
  return sent && (await askConfirmation(sent.flow))
}

function askConfirmation(flow) {
  return askCode(
    {
      flow,
      purpose: 'confirm-address',
      title: 'Confirm your email address',
      sentence: 'A code is on its way to that address.',
      submit: 'Confirm',
    },
    (values) => send('POST', '/users/addresses/confirm', values),
  )
}
