import { send } from './api.js'
import { askFor, newPasswordField, text } from './dialog.js'
import { say } from './dom.js'
import { showSignIn, signIn } from './sign-in.js'

/** What a link of a mail is for, by the path that it leads to. Nothing happens without a click: programs open links too. */
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
 * Does what the link is for by which the page was opened, if it was one. `refresh` is called after it is done, as it may have signed
 * somebody in or out.
 */
export async function followMailLink(refresh) {
  const flow = flows[location.pathname]
  if (!flow) return
  const given = Object.fromEntries(new URLSearchParams(location.hash.slice(1)))
  // The code stays neither in the address bar nor in the history.
  history.replaceState(null, '', '/')
  if (!(await askFor(flow, (values) => flow.work({ ...given, ...values })))) return
  await refresh()
  flow.next?.()
  say(flow.said)
}
