import type { KithEventName } from './events.ts'

const names: Readonly<Record<KithEventName, true>> = {
  'account.registered': true,
  'account.imported': true,
  'account.edited': true,
  'account.password-changed': true,
  'password.breach-check-failed': true,
  'account.banned': true,
  'account.unbanned': true,
  'account.deleted': true,
  'account.role-changed': true,
  'session.opened': true,
  'session.refreshed': true,
  'session.revoked': true,
  'session.grace-used': true,
  'session.reuse-detected': true,
  'follow.added': true,
  'follow.removed': true,
  'like.added': true,
  'like.removed': true,
  'post.created': true,
  'post.edited': true,
  'post.deleted': true,
  'media.missing': true,
  'caption.suggested': true,
  'caption.failed': true,
  'login.failed': true,
  'login.locked': true,
  'limit.reached': true,
  'work.refused': true,
}

/** Whether an event of this name is ever raised. */
export function isEventName(name: string): name is KithEventName {
  return Object.hasOwn(names, name)
}

/** The names that are about the same thing, for whoever misspelled one of them. */
export function similarEvents(name: string): KithEventName[] {
  const all = Object.keys(names) as KithEventName[]
  const [subject] = name.split('.')
  const similar = all.filter((each) => each.split('.')[0] === subject)
  return similar.length > 0 ? similar : all
}
