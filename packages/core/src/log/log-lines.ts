/** What a line of the log means, and what to do about it. */
export interface LogLine {
  level: 'info' | 'warn' | 'error'
  meaning: string
  toDo: string
}

/** Every line that Kith writes, by its stable name: alarms may match on them. */
export const logLines = {
  'request.ended': {
    level: 'info',
    meaning: 'A request returned a status below 500.',
    toDo: 'Nothing. Only loggers with levels get it: pino, winston.',
  },
  'request.failed': {
    level: 'error',
    meaning: 'A request returned a status of 500 or more.',
    toDo: 'Read `code`, `detail` and `error`; codes are in docs/errors.md. As a warning: something that Kith depends on is away or full.',
  },
  'request.refused': {
    level: 'warn',
    meaning: 'Requests are refused because of a limit or because too many wait.',
    toDo: '`refusedBy` says which. A few are normal; with `busy` for minutes give it more processes. Who it is say the events `limit.reached` and `work.refused`.',
  },
  'request.broke-off': {
    level: 'error',
    meaning: 'A response was cut off while it was sent; its status was out by then.',
    toDo: 'Read `error`: a file that cannot be read, a storage that went away during an export.',
  },
  'proxy.untrusted': {
    level: 'warn',
    meaning:
      'A proxy stands in front that the app does not trust, or a Fetch handler gives no IP address, so all clients share their limits.',
    toDo: 'Say how many proxies there are (`trust proxy` in Express), or their IP addresses (`trustProxy` in Fastify, which ignores a number); give `http.handle` the `address`.',
  },
  'process.alone': {
    level: 'warn',
    meaning: 'One of several processes keeps revocations for itself.',
    toDo: 'Give `createKith` the `revocations` and `rateLimits` of @kith/redis or @kith/storage-postgres.',
  },
  'process.two-kiths': {
    level: 'warn',
    meaning:
      'Two Kiths with one secret live in this process, and each keeps revocations for itself: a logout in one counts in the other after up to 15 minutes.',
    toDo: 'Make one Kith and share it: bundlers and reloads run a module twice, so keep it on `globalThis` (docs/server-rendered.md). Or give all of them the same `revocations`.',
  },
  'listener.failed': {
    level: 'error',
    meaning: 'A listener of an event failed; the change that the event reports is stored.',
    toDo: 'Mend the listener; `listens` names the event.',
  },
  'outbox.not-handled': {
    level: 'error',
    meaning:
      'The consumer of `kith.outbox` failed at an event; it comes again, and nothing of that account before it.',
    toDo: 'Mend the consumer; `event` and `eventId` name the event, `againInSeconds` says when it comes again.',
  },
  'message.not-sent': {
    level: 'error',
    meaning: 'A messenger did not take a message; it comes again.',
    toDo: 'See whether the mail server or the gateway can be reached, and its quota; `againInSeconds` says when the message comes again.',
  },
  'identity.refused': {
    level: 'warn',
    meaning: 'A sign-in elsewhere did not work: the provider refused it, or its response was wrong.',
    toDo: 'Read `error`; `provider` says which. `invalid_client`: its client id or secret is wrong or has ended. A few others are normal: responses that somebody has tampered with.',
  },
  'message.refused': {
    level: 'warn',
    meaning: 'A messenger said that a message will never be taken, so it does not come again.',
    toDo: 'A few are normal: email addresses with typos. Many: see whether the sender is blocked.',
  },
  'message.late': {
    level: 'warn',
    meaning: 'A message was over before it could be sent, such as a code that has ended, and was left.',
    toDo: 'See the lines `message.not-sent` before it, and whether `kith.upkeep.run()` runs every few minutes.',
  },
  'message.unreadable': {
    level: 'error',
    meaning: 'A message that waited was sealed by a secret that is gone, and was left.',
    toDo: 'While rotating, keep the old secret in `secret.previous` for some days.',
  },
  'message.queue-failed': {
    level: 'error',
    meaning: 'What waits to be sent could not be read; upkeep tries again.',
    toDo: 'Read `error`: the storage was away.',
  },
  'upkeep.step-failed': {
    level: 'error',
    meaning: 'A step of upkeep failed; the next run does it again.',
    toDo: 'Read `error`; `step` names it. If it repeats in each run, what it clears away piles up.',
  },
  'media.not-removed': {
    level: 'warn',
    meaning: 'Blobs of deleted media could not be removed; the next upkeep tries again.',
    toDo: 'Look whether the blob store can be reached and written to. Until then the files may still be served.',
  },
  'media.not-looked-up': {
    level: 'warn',
    meaning: 'Released media could not be looked up; the next upkeep removes them.',
    toDo: 'Nothing, unless it repeats: then look at the storage.',
  },
  'media.place-wrong': {
    level: 'error',
    meaning: 'The place of the media is not that of this database: nothing is stored or removed there.',
    toDo: 'Read `detail`: usually a disk is not mounted, or a path is wrong. Logged once; deletions are made up for by upkeep.',
  },
  'media.place-back': {
    level: 'warn',
    meaning: 'The place of the media is back: media are stored and removed again.',
    toDo: 'Nothing.',
  },
  'media.missing': {
    level: 'warn',
    meaning:
      'A file was asked for that the database has and that is not where media are kept; `mediaId` names it.',
    toDo: '`kith.upkeep.verifyMedia()` lists all that are missing; a backup of the media brings them back.',
  },
  'media.place-adopted': {
    level: 'warn',
    meaning: 'The place of the media had no mark of this database and was marked now.',
    toDo: 'Nothing after an upgrade from a release without marks; otherwise look at the path, since `detail` says what was found there.',
  },
  'clearing.failed': {
    level: 'warn',
    meaning:
      'What a deletion or a ban has marked could not be cleared away to the end; the next upkeep does the rest.',
    toDo: 'Read `error`. Nobody sees what is marked; only rows and files are left.',
  },
  'media.claim-not-ended': {
    level: 'warn',
    meaning: 'A claim on an upload could not be ended; it ends by itself within five minutes.',
    toDo: 'Nothing, unless it repeats: then look at the storage.',
  },
  'media.staged-not-removed': {
    level: 'warn',
    meaning: 'A staged file could not be removed; upkeep removes it after a day.',
    toDo: 'Nothing, unless it repeats: then look at the host of the media.',
  },
  'captions.writer-failed': {
    level: 'warn',
    meaning: 'A caption writer failed.',
    toDo: 'Read `error`; `writer` names it: a wrong key, a model that does not exist, a quota.',
  },
  'password.hash-unreadable': {
    level: 'warn',
    meaning: 'Nobody can sign in with a stored password hash.',
    toDo: 'Give `passwords.legacy` a verifier for its form, or let the account set a new password. Each hash is reported once.',
  },
  'password.forms-not-stored': {
    level: 'warn',
    meaning: 'The forms of imported password hashes could not be read or stored; it is tried again.',
    toDo: 'Nothing, unless it repeats: then look at the storage. Until then a wrong password may cost less for imported accounts.',
  },
  'password.breach-check-failed': {
    level: 'warn',
    meaning: 'A password could not be looked up in breaches and was accepted.',
    toDo: 'Look whether the service of `passwords.breached` can be reached.',
  },
  'service.budget-low': {
    level: 'warn',
    meaning: 'Most of the calls that a media service allows are used.',
    toDo: 'Find out what asks so often, or raise the budget and the plan at the service.',
  },
  'process.not-shut-down': {
    level: 'error',
    meaning: 'The server could not be shut down in order; the process ends with 1.',
    toDo: 'Read `error`. What was acknowledged is stored; upkeep finishes the rest.',
  },
  'process.part-not-closed': {
    level: 'warn',
    meaning: 'A part could not be closed at the end of the process; the others are.',
    toDo: 'Read `error`. Nothing is lost by it.',
  },
  'clearing.left': {
    level: 'warn',
    meaning: 'Too much waits to be cleared away in this process; what else was deleted is left to upkeep.',
    toDo: 'See that upkeep runs; `what` names it.',
  },
  'session.storage-set-back': {
    level: 'warn',
    meaning:
      'A refresh token is ahead of its session: the storage is older than what was given out. Was a backup restored? Then run `kith restored`.',
    toDo: 'Run `kith restored` (`kith.restored()`) once, which ends all sessions; until then tokens that were used up or logged out may work again.',
  },
  'ready.part-failed': {
    level: 'warn',
    meaning: '`kith.ready()` found a part that cannot be used.',
    toDo: '`part` names it, and `detail` says what to do. It is logged once for each reason, however often somebody asks.',
  },
  'ready.part-back': {
    level: 'warn',
    meaning: '`kith.ready()` found that a part can be used again.',
    toDo: 'Nothing; `part` names it.',
  },
  'redis.uncounted': {
    level: 'warn',
    meaning: "Redis cannot be used, and by `whenUnreachable: 'open'` attempts pass uncounted.",
    toDo: 'Do what `detail` says: until then nothing slows down somebody who guesses passwords. Logged once for each reason.',
  },
  'redis.full': {
    level: 'warn',
    meaning: 'Redis is full: limits are counted in each process by itself until there is room.',
    toDo: 'Give it more memory (`maxmemory`).',
  },
  'redis.not-pushed': {
    level: 'warn',
    meaning: 'Revocations are not pushed to this process; it asks Redis at each check.',
    toDo: 'Read `error`: the second connection cannot be made or lost its stream. If it repeats, set `maxmemory-policy` to `noeviction`.',
  },
  'redis.evicts': {
    level: 'warn',
    meaning: 'Redis may evict revocations when it is full.',
    toDo: 'Set `maxmemory-policy` to `noeviction`, or keep revocations on a server of their own.',
  },
  'postgres.uncounted': {
    level: 'warn',
    meaning: "PostgreSQL cannot be used, and by `whenUnreachable: 'open'` attempts pass uncounted.",
    toDo: 'Do what `detail` says: until then nothing slows down somebody who guesses passwords. Logged once for each reason.',
  },
  'postgres.full': {
    level: 'warn',
    meaning:
      'The disk of PostgreSQL is full: limits are counted in each process by itself until there is room.',
    toDo: 'Make room on the disk of the server.',
  },
  'postgres.not-pushed': {
    level: 'warn',
    meaning: 'This process does not hear of revocations; it asks PostgreSQL at each check.',
    toDo: 'Read `error`: the connection that each process keeps for itself cannot be made or was lost. If it repeats, see `listen` in the README of @kith/storage-postgres.',
  },
} as const

Object.freeze(logLines)

/** The stable name of a line. */
export type LineName = keyof typeof logLines
