import { send } from './api.js'
import { askFor, newPasswordField, text } from './dialog.js'
import { say } from './dom.js'
import { showSignIn, signIn } from './sign-in.js'

/** The actions of links in emails, by path. Nothing happens without a click, because programs open links too. */
const flows = {
  '/reset': {
    title: 'Choose a new password',
    content: [text('Every device that is signed in will be signed out.')],
    fields: [newPasswordField],
    submit: 'Set password',
    work: (given) => send('POST', '/users/password/reset', given),
    said: 'Your password is set. Sign in with it.',
    next: showSignIn,
  },
  '/sign-in': {
    title: 'Sign in to Kith',
    content: [text('You asked for this link to sign in.')],
    submit: 'Sign in',
    work: (given) => signIn('/users/login/code/confirm', given),
    said: 'Signed in',
  },
  '/revert': {
    title: 'Take your email address back?',
    content: [
      text(
        'Your account gets its old address back, every device is signed out, and the password is removed. Choose a new one with “Forgot password?”.',
      ),
    ],
    submit: 'Take it back',
    danger: true,
    work: (given) => send('POST', '/users/addresses/revert', given),
    said: 'Your address is back. Choose a new password with “Forgot password?”.',
    next: showSignIn,
  },
}

/**
 * Carries out the action of the link with which the page was opened, if any. `refresh` is called afterwards, because it may have signed
 * an account in or out.
 */
export async function followMailLink(refresh) {
  const flow = flows[location.pathname]
  if (!flow) return
  const given = Object.fromEntries(new URLSearchParams(location.hash.slice(1)))
  // The code should stay neither in the address bar nor in the history.
  history.replaceState(null, '', '/')
  if (!(await askFor(flow, (values) => flow.work({ ...given, ...values })))) return
  await refresh()
  flow.next?.()
  say(flow.said)
}
