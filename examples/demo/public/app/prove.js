import { call, proveBy } from './api.js'
import { proveElsewhere } from './elsewhere.js'
import { askCode } from './codes.js'
import { askFor, codeField, text } from './dialog.js'
import { withoutBlanks } from './forms.js'
import { canUsePasskeys, usePasskey } from './passkey.js'

/** A typed code: six digits are from the app, anything else is a recovery code. */
export function factorOf(typed) {
  return /^[\d\s]{6,12}$/.test(typed) ? { code: typed } : { recoveryCode: typed }
}

/** Sends a code to the email of the account, and asks for it. */
async function proveBySentCode() {
  const { flow } = await call('POST', '/users/me/prove/code', { kind: 'email' })
  return await askCode(
    {
      flow,
      purpose: 'prove',
      title: 'Enter the code',
      sentence: 'A code is on its way to your email address.',
      submit: 'Continue',
    },
    (values) => call('POST', '/users/me/prove', values),
  )
}

/** Asks the user for a proof, with what the account has. */
async function prove() {
  const [{ items }, { emailVerified }] = await Promise.all([
    call('GET', '/users/me/credentials'),
    call('GET', '/users/me'),
  ])
  const has = (kind) => items.some((item) => item.kind === kind)
  const password = { label: 'Password', name: 'password', type: 'password', autocomplete: 'current-password' }
  const code = { ...codeField, label: 'Or a code of your app, or a recovery code' }
  const passkey = {
    label: 'Use a passkey',
    async work() {
      const { token, options } = await call('POST', '/users/me/prove/passkey/begin')
      return await call('POST', '/users/me/prove', {
        passkey: { token, response: await usePasskey(options) },
      })
    },
  }
  const sent = { label: 'Email me a code', work: proveBySentCode }
  const elsewhere = { label: 'Sign in again where you came from', work: proveElsewhere }
  return await askFor(
    {
      title: 'Is it still you?',
      content: [text('You signed in some time ago. Prove once more who you are to go on.')],
      fields: has('totp') ? [password, code] : [password],
      submit: 'Continue',
      choices: [
        ...(has('passkey') && canUsePasskeys() ? [passkey] : []),
        // A mailbox does not replace a second factor.
        ...(emailVerified && !has('totp') ? [sent] : []),
        ...(has('identity') ? [elsewhere] : []),
      ],
    },
    (values) => {
      const { code: typed, ...given } = withoutBlanks(values)
      return call('POST', '/users/me/prove', typed ? { ...given, ...factorOf(typed) } : given)
    },
  )
}

/** Makes every call that needs a fresh proof ask for it, and repeat itself. */
export function startProving() {
  proveBy(prove)
}
