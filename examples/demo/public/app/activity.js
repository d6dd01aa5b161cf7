import { element, exactTime, node } from './dom.js'
import { pagedList } from './pages.js'

/** The names of credentials, by kind. */
export const titles = {
  totp: 'Authenticator app',
  'recovery-codes': 'Recovery codes',
  'trusted-device': 'Trusted device',
  passkey: 'Passkey',
  identity: 'Linked account',
}

/** Fills the activity list of the current account. */
export async function openActivity() {
  const empty = [node('p', { className: 'quiet' }, 'Nothing yet.')]
  element('activity').replaceChildren(
    ...(await pagedList({ path: '/users/me/audit', className: 'activity', show: entryRow, empty })),
  )
}

const words = {
  'account.registered': () => 'Account created',
  'account.approved': () => 'Account approved',
  'invitation.created': () => 'Invitation made',
  'invitation.revoked': () => 'Invitation taken back',
  'account.imported': () => 'Account created',
  'account.edited': ({ fields }) => `Changed ${fields.join(', ')}`,
  'account.password-changed': () => 'Password changed',
  'session.opened': () => 'Signed in',
  'session.revoked': () => 'A device was signed out',
  'session.reuse-detected': () => 'A copied session was stopped',
  'credential.added': ({ kind }) => `Added: ${nameOf(kind)}`,
  'credential.removed': ({ kind }) => `Removed: ${nameOf(kind)}`,
}

const nameOf = (kind) => (titles[kind] ?? kind).toLowerCase()

function entryRow({ at, action, actor, address, details }) {
  const by = { self: null, host: 'by the demo', nobody: 'by nobody known' }[actor.kind]
  return node(
    'div',
    {},
    node('div', {}, words[action]?.(details) ?? action),
    node('div', { className: 'quiet' }, [exactTime(at), address, by].filter(Boolean).join(' · ')),
  )
}
