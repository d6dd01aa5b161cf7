import { send } from './api.js'
import { askCode } from './codes.js'
import { askFor, codeField, loginField, newPasswordField, text } from './dialog.js'
import { button, element, say } from './dom.js'
import { onSubmit } from './forms.js'
import { canUsePasskeys, signInWithPasskey, upgradeToPasskey, usePasskey } from './passkey.js'
import { factorOf } from './prove.js'

/** Sets up the sign-in forms; `enter` gets the account. */
export function startSignIn(enter) {
  const enterIf = (user) => user && enter(user)
  const typed = () => element('login').elements.namedItem('login').value
  onSubmit('login', async (fields) => {
    const user = await signIn('/users/login', fields)
    if (!user) return
    enter(user)
    void upgradeToPasskey()
  })
  replace('forgot', 'link', () => forgotPassword(typed()), 'Forgot password?')
  replace('by-code', 'link', async () => enterIf(await signInByCode(typed())), 'Email me a code')
  replace('by-passkey', 'plain', async () => enterIf(await signInWithPasskey()), 'Sign in with a passkey')
  element('by-passkey').hidden = !canUsePasskeys()
}

function replace(id, className, work, label) {
  element(id).replaceWith(button({ id, className }, work, label))
}

/** Shows the form for users who have an account. */
export function showSignIn() {
  location.hash = '#/join'
  document.querySelector('[data-shows=login]').click()
}

/** Signs in, with the second factor if the account has one. Resolves to the account, or to `null` if the user did not give it. */
export async function signIn(path, body) {
  try {
    return (await send('POST', path, body)).user
  } catch (problem) {
    if (problem.code !== 'second-factor-required') throw problem
    return await askFactor(problem.challenge)
  }
}

/** Asks for the second factor of an account. Resolves to the account, or to `null` if the user did not give it. */
export function askFactor({ token, factors, passkey }) {
  const answer = async (given, { trust }) => {
    const input = { challenge: token, ...given, ...(trust && { trustDevice: true }) }
    return (await send('POST', '/users/login/factor', input)).user
  }
  const byPasskey = {
    label: 'Use a passkey',
    work: async (values) => await answer({ passkey: await usePasskey(passkey) }, values),
  }
  return askFor(
    {
      title: 'One more step',
      content: [text('Enter the code that your authenticator app shows, or one of your recovery codes.')],
      fields: [codeField, { label: 'Trust this device for 30 days', name: 'trust', type: 'checkbox' }],
      submit: 'Sign in',
      choices: factors.includes('passkey') && passkey && canUsePasskeys() ? [byPasskey] : [],
    },
    (values) => answer(factorOf(values.code), values),
  )
}

async function signInByCode(login) {
  const sent = await askFor(
    {
      title: 'Sign in without a password',
      content: [text('We email a code to the address of your account.')],
      fields: [{ ...loginField, value: login }],
      submit: 'Email me a code',
    },
    (values) => send('POST', '/users/login/code', values),
  )
  if (!sent) return null
  return await askCode(
    {
      flow: sent.flow,
      purpose: 'sign-in',
      title: 'Enter the code',
      sentence: 'If there is such an account, a code is on its way.',
      submit: 'Sign in',
    },
    (values) => signIn('/users/login/code/confirm', values),
  )
}

async function forgotPassword(login) {
  const sent = await askFor(
    {
      title: 'Forgot your password?',
      content: [text('We email a code to the address of your account. Use it to choose a new password.')],
      fields: [{ ...loginField, value: login }],
      submit: 'Send the code',
    },
    (values) => send('POST', '/users/password/forgot', values),
  )
  if (!sent) return
  const done = await askCode(
    {
      flow: sent.flow,
      purpose: 'reset-password',
      title: 'Choose a new password',
      sentence: 'If there is such an account, a code is on its way.',
      fields: [newPasswordField],
      submit: 'Set password',
    },
    (values) => send('POST', '/users/password/reset', values),
  )
  if (done) say('Your password is set. Sign in with it.')
}
