import type { CaptionFailureReason, CaptionUsage } from './captions/caption-writer.ts'
import { actorOf, type Cause } from './cause.ts'
import type { Log } from './log/log.ts'
import type { LimitName } from './sessions/default-limits.ts'

/** Where a call came from; `null` for what the transport does not know. */
export interface ClientPlace {
  address: string | null
  userAgent: string | null
}

/** What happened, by name. */
export interface KithEvents {
  /** An account was created by a registration; `invitedBy` names the account that has invited it. It may wait for approval. */
  'account.registered': { userId: string; invitedBy?: string }
  /** An account that waited was let in. */
  'account.approved': { userId: string }
  /** An account that waited was not let in, and is deleted. */
  'account.refused': { userId: string }
  /** An account was created with a password hash of another system. */
  'account.imported': { userId: string }
  /** Somebody changed their account; `fields` names what was given, `avatar` and `cover` among them. */
  'account.edited': { userId: string; fields: string[] }
  /** A new password was set, or the host took it away. */
  'account.password-changed': { userId: string }
  /** A password was accepted without a look at breaches: the port failed or was late. */
  'password.breach-check-failed': { userId: string | null }
  /** The host banned an account. `until` is ISO 8601, UTC; `null` for a ban without an end. */
  'account.banned': { userId: string; until: string | null; reason: string | null }
  /** The host lifted a ban, or its time was over. */
  'account.unbanned': { userId: string }
  /** An account was deleted. Its posts, follows and likes go with it without events of their own. */
  'account.deleted': { userId: string }
  /** The host gave an account a role. */
  'account.role-changed': { userId: string; role: string }
  /** By a registration, a sign-in, a change of the password or the host. */
  'session.opened': { userId: string; sessionId: string; address: string | null; userAgent: string | null }
  /** An admin opened a session as the account, by `sessions.impersonate`: this comes in place of `session.opened`. */
  'session.impersonated': {
    userId: string
    sessionId: string
    actorId: string
    reason: string
    address: string | null
    userAgent: string | null
  }
  /** A browser bound a session to a key of its device: from then on its refresh token alone renews nothing. */
  'session.bound': { userId: string; sessionId: string; address: string | null; userAgent: string | null }
  /** A session got new tokens. */
  'session.refreshed': { userId: string; sessionId: string; address: string | null; userAgent: string | null }
  /** A session was ended before its time: by its owner, by the host, by a new password, a ban or a deletion, or since an account had too many. */
  'session.revoked': { userId: string; sessionId: string }
  /** A token was refreshed a second time within the grace, from another IP address or user agent than the first time. */
  'session.grace-used': { userId: string; sessionId: string; first: ClientPlace; second: ClientPlace }
  /** A refresh token came that was too old, so a copy is in other hands; the session has ended. */
  'session.reuse-detected': {
    userId: string
    sessionId: string
    address: string | null
    userAgent: string | null
  }
  /** An account got something to prove itself with: a passkey, an authenticator app, recovery codes, an identity elsewhere, or a device that is trusted. */
  'credential.added': { userId: string; credentialId: string; kind: string }
  /** Such a thing was taken away. What a deleted account has goes with it without events of its own. */
  'credential.removed': { userId: string; credentialId: string; kind: string }
  /** Somebody made an invitation. */
  'invitation.created': { userId: string; invitationId: string; uses: number }
  /** An invitation was taken back. */
  'invitation.revoked': { userId: string; invitationId: string }
  /** An account followed another one. */
  'follow.added': { userId: string; followedId: string }
  /** An account stopped following another one. */
  'follow.removed': { userId: string; followedId: string }
  /** An account liked a post. */
  'like.added': { userId: string; postId: string }
  /** An account took its like back. */
  'like.removed': { userId: string; postId: string }
  /** A post was published. */
  'post.created': { userId: string; postId: string }
  /** The caption of a post was changed. */
  'post.edited': { userId: string; postId: string }
  /** A post was deleted by its author. Its likes go with it without events of their own. */
  'post.deleted': { userId: string; postId: string }
  /** A file was asked for that the database has and that is not where media are kept. Once for each, in each process. */
  'media.missing': { mediaId: string; userId: string }
  /** A caption writer suggested captions. */
  'caption.suggested': { userId: string; mediaId: string; writer: string; usage: CaptionUsage | null }
  /** A caption writer failed; the next one was asked, or nobody. */
  'caption.failed': {
    userId: string
    mediaId: string
    writer: string
    reason: CaptionFailureReason
    usage: CaptionUsage | null
  }
  /** A passkey was refused whose counter did not go up, as where there are two copies of its key. */
  'passkey.copy-suspected': {
    userId: string
    credentialId: string
    address: string | null
    userAgent: string | null
  }
  /** A wrong password, also where somebody signed in confirms a change. */
  'login.failed': { userId: string | null; address: string | null; userAgent: string | null }
  /** A password was not checked, since this client, device or session, or all strangers together, gave too many wrong ones. */
  'login.locked': { userId: string | null; address: string | null; userAgent: string | null }
  /** An attempt was refused by a limit. Of the caller is known what the limit counts by. */
  'limit.reached': {
    limit: LimitName
    userId: string | null
    sessionId: string | null
    address: string | null
    retryAfterSeconds: number
  }
  /** Work was refused because too much of it waited: hashing of passwords, reading of media, exports. */
  'work.refused': {
    work: 'passwords' | 'media' | 'exports'
    userId: string | null
    /** The network of a stranger: the first 24 bits of an IPv4 address, 48 of an IPv6 address. */
    network: string | null
  }
}

/** The name of an event. */
export type KithEventName = keyof KithEvents

/**
 * Whether `kith.outbox` can hand an event on, by its name: `true`, or why not. An event can be durable where its cause is one step of
 * the storage, which then stores the event as well. `docs/events.md` is made from this and from {@link KithEvents}.
 */
export const durability = {
  'account.registered': true,
  'account.approved': true,
  'account.refused': true,
  'account.imported': true,
  'account.edited': true,
  'account.password-changed': true,
  'password.breach-check-failed': 'A password was looked up, and nothing is stored of that.',
  'account.banned': true,
  'account.unbanned': true,
  'account.deleted': true,
  'account.role-changed': true,
  'session.opened': true,
  'session.impersonated': true,
  'session.bound': true,
  'session.refreshed':
    'It comes every few minutes from each device, and the session itself says when it was used last.',
  'session.revoked': true,
  'session.grace-used': 'Nothing is stored when a token is used again within the grace.',
  'session.reuse-detected': true,
  'credential.added': true,
  'credential.removed': true,
  'invitation.created': true,
  'invitation.revoked': true,
  'follow.added': true,
  'follow.removed': true,
  'like.added': true,
  'like.removed': true,
  'post.created': true,
  'post.edited': true,
  'post.deleted': true,
  'media.missing': 'A file was asked for, and nothing is stored of that.',
  'caption.suggested': 'Suggestions are given and not stored.',
  'caption.failed': 'Suggestions are given and not stored.',
  'passkey.copy-suspected': 'What is refused stores nothing.',
  'login.failed': 'Nothing is stored of a wrong password.',
  'login.locked': 'Nothing is stored of a password that is not looked at.',
  'limit.reached': 'What is refused stores nothing.',
  'work.refused': 'What is refused stores nothing.',
} as const

Object.freeze(durability)

/** What every event says besides. */
export interface EventStamp {
  at: Date
  /** The administrator who did it: by a verb of the host with `by`, or by acting as the account. Absent for all others. */
  actorId?: string | undefined
}

/** Is called after the change it tells of has been stored. It may be async; nothing waits for it. */
export type Listener<Name extends KithEventName> = (
  event: KithEvents[Name] & EventStamp,
) => void | Promise<void>

/** Where an app listens. */
export interface Events {
  /** Calls `listener` at each such event. Returns a function that ends it. @throws TypeError for a name that no event has */
  on<Name extends KithEventName>(name: Name, listener: Listener<Name>): () => void
}

/** Where the services tell what happened, and who caused it where that may be an administrator. */
export type Emit = <Name extends KithEventName>(name: Name, event: KithEvents[Name], cause?: Cause) => void

/** @throws TypeError for a name that no event has; it says which ones are about the same thing */
function demandName(name: string): void {
  if (Object.hasOwn(durability, name)) return
  const all = Object.keys(durability)
  const [subject = ''] = String(name).split('.')
  const similar = all.filter((each) => each.startsWith(`${subject}.`))
  const take = (similar.length > 0 ? similar : all).join(', ')
  throw new TypeError(`events.on: no event is called "${String(name)}": take ${take}`)
}

/** Creates both ends. A listener that fails is logged and breaks nothing. */
export function createEvents(clock: () => Date, log: Log): { events: Events; emit: Emit } {
  const listeners = new Map<KithEventName, Set<(event: never) => unknown>>()

  async function call(
    name: KithEventName,
    listener: (event: never) => unknown,
    event: object,
  ): Promise<void> {
    try {
      await listener(event as never)
    } catch (error) {
      log.error('listener.failed', {
        message: `A listener of ${name} failed.`,
        error,
        fields: { listens: name },
      })
    }
  }

  return {
    events: {
      on(name, listener) {
        demandName(name)
        if (typeof listener !== 'function') throw new TypeError(`events.on: give ${name} a function to call`)
        const set = listeners.get(name) ?? new Set()
        listeners.set(name, set.add(listener))
        return () => void set.delete(listener)
      },
    },
    emit(name, event, cause = {}) {
      const actor = actorOf(cause)
      const stamped = { ...event, at: clock(), ...(actor && { actorId: actor.userId }) }
      for (const listener of listeners.get(name) ?? []) void call(name, listener, stamped)
    },
  }
}
