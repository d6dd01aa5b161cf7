import type { CaptionFailureReason, CaptionUsage } from './captions/caption-writer.ts'
import { actorOf, type Cause } from './cause.ts'
import type { Log } from './log/log.ts'
import type { LimitName } from './sessions/default-limits.ts'

/** Where a call came from; `null` for what the transport does not provide. */
export interface ClientPlace {
  address: string | null
  userAgent: string | null
}

/** Events by name. */
export interface KithEvents {
  /**
   * An account was created by a registration; `invitedBy` names the account that invited it. It may be waiting for
   * approval.
   */
  'account.registered': { userId: string; invitedBy?: string }
  /** A waiting account was approved. */
  'account.approved': { userId: string }
  /** A waiting account was rejected and deleted. */
  'account.refused': { userId: string }
  /** An account was created with a password hash from another system. */
  'account.imported': { userId: string }
  /** An account was changed; `fields` names what was set, including `avatar` and `cover`. */
  'account.edited': { userId: string; fields: string[] }
  /** A new password was set, or the host removed it. */
  'account.password-changed': { userId: string }
  /** A password was accepted without checking for breaches: the port failed or was too slow. */
  'password.breach-check-failed': { userId: string | null }
  /** The host banned an account. `until` is ISO 8601, UTC; `null` for a ban without an end. */
  'account.banned': { userId: string; until: string | null; reason: string | null }
  /** A ban was lifted by the host or has expired. */
  'account.unbanned': { userId: string }
  /** An account was deleted. Its posts, follows and likes are deleted without events of their own. */
  'account.deleted': { userId: string }
  /** The host gave an account a role. */
  'account.role-changed': { userId: string; role: string }
  /** By a registration, a sign-in, a password change or the host. */
  'session.opened': { userId: string; sessionId: string; address: string | null; userAgent: string | null }
  /** An admin opened a session as the account with `sessions.impersonate`: emitted instead of `session.opened`. */
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
  /**
   * A session ended before it expired: by its owner, by the host, by a new password, a ban or a deletion, or because
   * the account had too many.
   */
  'session.revoked': { userId: string; sessionId: string }
  /**
   * A token was refreshed a second time within the grace period, from another IP address or user agent than the first
   * time.
   */
  'session.grace-used': { userId: string; sessionId: string; first: ClientPlace; second: ClientPlace }
  /** A refresh token was used that was already replaced, so somebody has a copy; the session was ended. */
  'session.reuse-detected': {
    userId: string
    sessionId: string
    address: string | null
    userAgent: string | null
  }
  /**
   * A credential was added to an account: a passkey, an authenticator app, recovery codes, an identity of a provider,
   * or a trusted device.
   */
  'credential.added': { userId: string; credentialId: string; kind: string }
  /** A credential was removed. Those of a deleted account are removed without events of their own. */
  'credential.removed': { userId: string; credentialId: string; kind: string }
  /** An invitation was created. */
  'invitation.created': { userId: string; invitationId: string; uses: number }
  /** An invitation was revoked. */
  'invitation.revoked': { userId: string; invitationId: string }
  /** An account followed another account. */
  'follow.added': { userId: string; followedId: string }
  /** An account unfollowed another account. */
  'follow.removed': { userId: string; followedId: string }
  /** An account liked a post. */
  'like.added': { userId: string; postId: string }
  /** An account removed its like from a post. */
  'like.removed': { userId: string; postId: string }
  /** A post was published. */
  'post.created': { userId: string; postId: string }
  /** The caption of a post was changed. */
  'post.edited': { userId: string; postId: string }
  /** A post was deleted by its author. Its likes are deleted without events of their own. */
  'post.deleted': { userId: string; postId: string }
  /** A file was requested that is in the database but not in the media storage. Once for each file and process. */
  'media.missing': { mediaId: string; userId: string }
  /** A caption writer returned suggestions. */
  'caption.suggested': { userId: string; mediaId: string; writer: string; usage: CaptionUsage | null }
  /** A caption writer failed; the next one was tried, if any. */
  'caption.failed': {
    userId: string
    mediaId: string
    writer: string
    reason: CaptionFailureReason
    usage: CaptionUsage | null
  }
  /**
   * Too many wrong passwords or codes were entered for an account, so some are not checked for a while. At most once a
   * day for each account, with the notice to its owner.
   */
  'account.locked-out': { userId: string; address: string | null; userAgent: string | null }
  /** A passkey was refused because its counter did not increase, which suggests that its key was copied. */
  'passkey.copy-suspected': {
    userId: string
    credentialId: string
    address: string | null
    userAgent: string | null
  }
  /** A wrong password, including those of signed-in users who confirm a change. */
  'login.failed': { userId: string | null; address: string | null; userAgent: string | null }
  /**
   * A password was not checked, because this client, device or session, or all unknown clients together, sent too many
   * wrong ones.
   */
  'login.locked': { userId: string | null; address: string | null; userAgent: string | null }
  /** An attempt was refused by a limit. The event identifies the caller only by what the limit counts. */
  'limit.reached': {
    limit: LimitName
    userId: string | null
    sessionId: string | null
    address: string | null
    retryAfterSeconds: number
  }
  /** Work was refused because too much was queued: hashing passwords, reading media, exports. */
  'work.refused': {
    work: 'passwords' | 'media' | 'exports'
    userId: string | null
    /** The network of an unknown client: the first 24 bits of an IPv4 address, 48 of an IPv6 address. */
    network: string | null
  }
}

/** The name of an event. */
export type KithEventName = keyof KithEvents

/**
 * Whether `kith.outbox` can deliver an event, by its name: `true`, or why not. An event can be durable if its cause is
 * one step of the storage, which then stores the event as well. `docs/events.md` is generated from this and from
 * {@link KithEvents}.
 */
export const durability = {
  'account.registered': true,
  'account.approved': true,
  'account.refused': true,
  'account.imported': true,
  'account.edited': true,
  'account.password-changed': true,
  'password.breach-check-failed': 'A breach check stores nothing.',
  'account.banned': true,
  'account.unbanned': true,
  'account.deleted': true,
  'account.role-changed': true,
  'session.opened': true,
  'session.impersonated': true,
  'session.bound': true,
  'session.refreshed':
    'Every device causes it every few minutes, and the session itself records when it was last used.',
  'session.revoked': true,
  'session.grace-used': 'Reusing a token within the grace period stores nothing.',
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
  'media.missing': 'Requesting a file stores nothing.',
  'caption.suggested': 'Suggestions are not stored.',
  'caption.failed': 'Suggestions are not stored.',
  'account.locked-out': true,
  'passkey.copy-suspected': true,
  'login.failed': 'A wrong password stores nothing.',
  'login.locked': 'A password that is not checked stores nothing.',
  'limit.reached': 'A refusal stores nothing.',
  'work.refused': 'A refusal stores nothing.',
} as const

Object.freeze(durability)

/** What every event has in addition. */
export interface EventStamp {
  at: Date
  /**
   * The administrator who did it: through a verb of the host with `by`, or by acting as the account. Absent for
   * everyone else.
   */
  actorId?: string | undefined
}

/** Called after the change has been stored. It may be async; Kith does not wait for it. */
export type Listener<Name extends KithEventName> = (
  event: KithEvents[Name] & EventStamp,
) => void | Promise<void>

/** Where an app subscribes to events. */
export interface Events {
  /**
   * Calls `listener` for each such event. Returns a function that unsubscribes. @throws TypeError for an unknown event
   * name
   */
  on<Name extends KithEventName>(name: Name, listener: Listener<Name>): () => void
}

/** Where the services emit events, and who caused them if that may be an administrator. */
export type Emit = <Name extends KithEventName>(name: Name, event: KithEvents[Name], cause?: Cause) => void

/** @throws TypeError for an unknown event name; it suggests those with the same subject */
function demandName(name: string): void {
  if (Object.hasOwn(durability, name)) return
  const all = Object.keys(durability)
  const [subject = ''] = String(name).split('.')
  const similar = all.filter((each) => each.startsWith(`${subject}.`))
  const take = (similar.length > 0 ? similar : all).join(', ')
  throw new TypeError(`events.on: no event is called "${String(name)}": take ${take}`)
}

/** Creates both ends. A listener that throws is logged and breaks nothing. */
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
