/** What a log line means, and what to do about it. */
export interface LogLine {
  level: 'info' | 'warn' | 'error'
  meaning: string
  toDo: string
}

/** Every line that Kith writes, by its stable name: alerts may match on it. */
export const logLines = {
  'request.ended': {
    level: 'info',
    meaning: 'A request returned a status below 500.',
    toDo: 'Nothing. Only loggers with levels get it: pino, winston.',
  },
  'request.failed': {
    level: 'error',
    meaning: 'A request returned a status of 500 or more.',
    toDo: 'Read `code`, `detail` and `error`; codes are in docs/errors.md. As a warning: something that Kith depends on is unreachable or full.',
  },
  'request.refused': {
    level: 'warn',
    meaning: 'Requests are refused because of a limit or because too many wait.',
    toDo: '`refusedBy` says which. A few are normal; if `busy` lasts for minutes, run more processes. The events `limit.reached` and `work.refused` identify the callers.',
  },
  'request.broke-off': {
    level: 'error',
    meaning: 'A response was cut off while it was sent, after its status.',
    toDo: 'Read `error`: an unreadable file, or a storage that became unreachable during an export.',
  },
  'proxy.untrusted': {
    level: 'warn',
    meaning:
      'The app runs behind a proxy that it does not trust, or a Fetch handler passes no IP address, so all clients share their limits.',
    toDo: 'Configure the number of proxies (`trust proxy` in Express), or their IP addresses (`trustProxy` in Fastify, which ignores a number); pass the `address` to `http.handle`.',
  },
  'process.alone': {
    level: 'warn',
    meaning: 'One of several processes keeps revocations for itself.',
    toDo: 'Give `createKith` the `revocations` and `rateLimits` of @kith/redis or @kith/storage-postgres.',
  },
  'process.two-kiths': {
    level: 'warn',
    meaning:
      'Two Kiths with one secret run in this process, and each keeps its own revocations: a logout in one counts in the other after up to 15 minutes.',
    toDo: 'Create one Kith and share it: bundlers and reloads run a module twice, so keep it on `globalThis` (docs/server-rendered.md). Or pass the same `revocations` to all of them.',
  },
  'listener.failed': {
    level: 'error',
    meaning: 'A listener of an event failed; the change that the event reports is stored.',
    toDo: 'Fix the listener; `listens` names the event.',
  },
  'outbox.not-handled': {
    level: 'error',
    meaning:
      'The consumer of `kith.outbox` failed for an event; it is delivered again, before any later event of that account.',
    toDo: 'Fix the consumer; `event` and `eventId` name the event, `againInSeconds` says when it is delivered again.',
  },
  'message.not-sent': {
    level: 'error',
    meaning: 'A messenger did not accept a message; it is retried.',
    toDo: 'Check that the mail server or the gateway is reachable, and its quota; `againInSeconds` says when the message is retried.',
  },
  'identity.refused': {
    level: 'warn',
    meaning: 'A sign-in with a provider failed: the provider refused it, or its response was wrong.',
    toDo: 'Read `error`; `provider` says which. `invalid_client`: its client id or secret is wrong or has expired. A few others are normal: responses that were tampered with.',
  },
  'message.refused': {
    level: 'warn',
    meaning: 'A messenger refused a message permanently, so it is not retried.',
    toDo: 'A few are normal: email addresses with typos. Many: check whether the sender is blocked.',
  },
  'message.late': {
    level: 'warn',
    meaning: 'A message expired before it could be sent, such as an expired code, and was dropped.',
    toDo: 'Read the `message.not-sent` lines before it, and check that `kith.upkeep.run()` runs every few minutes.',
  },
  'message.unreadable': {
    level: 'error',
    meaning: 'A waiting message was sealed with a secret that is gone, and was dropped.',
    toDo: 'While rotating, keep the old secret in `secret.previous` for some days.',
  },
  'message.queue-failed': {
    level: 'error',
    meaning: 'Waiting messages could not be read; upkeep tries again.',
    toDo: 'Read `error`: the storage was unreachable.',
  },
  'upkeep.step-failed': {
    level: 'error',
    meaning: 'A step of upkeep failed; the next run does it again.',
    toDo: 'Read `error`; `step` names it. If every run repeats it, the data that it should remove piles up.',
  },
  'media.not-removed': {
    level: 'warn',
    meaning: 'Blobs of deleted media could not be removed; the next upkeep tries again.',
    toDo: 'Check that the blob store is reachable and writable. Until then the files may still be served.',
  },
  'media.not-looked-up': {
    level: 'warn',
    meaning: 'Released media could not be looked up; the next upkeep removes them.',
    toDo: 'Nothing, unless it repeats: then check the storage.',
  },
  'media.place-wrong': {
    level: 'error',
    meaning: 'The media storage belongs to another database: nothing is stored or removed there.',
    toDo: 'Read `detail`: usually a disk is not mounted, or a path is wrong. Logged once; upkeep does the missed deletions later.',
  },
  'media.place-back': {
    level: 'warn',
    meaning: 'The right media storage is back: media are stored and removed again.',
    toDo: 'Nothing.',
  },
  'media.missing': {
    level: 'warn',
    meaning: 'A file was requested that is in the database but not in the media storage; `mediaId` names it.',
    toDo: '`kith.upkeep.verifyMedia()` lists all that are missing; a backup of the media brings them back.',
  },
  'media.place-adopted': {
    level: 'warn',
    meaning: 'The media storage had no mark of this database and was marked now.',
    toDo: 'Nothing after an upgrade from a release without marks; otherwise check the path; `detail` says what was found there.',
  },
  'clearing.failed': {
    level: 'warn',
    meaning: 'The cleanup of a deletion or a ban could not be completed; the next upkeep does the rest.',
    toDo: 'Read `error`. The data is hidden already; only rows and files are left.',
  },
  'media.claim-not-ended': {
    level: 'warn',
    meaning: 'A claim on an upload could not be released; it expires within five minutes.',
    toDo: 'Nothing, unless it repeats: then check the storage.',
  },
  'media.staged-not-removed': {
    level: 'warn',
    meaning: 'A staged file could not be removed; upkeep removes it after a day.',
    toDo: 'Nothing, unless it repeats: then check the media host.',
  },
  'captions.writer-failed': {
    level: 'warn',
    meaning: 'A caption writer failed.',
    toDo: 'Read `error`; `writer` names it: a wrong key, a model that does not exist, a quota.',
  },
  'password.hash-unreadable': {
    level: 'warn',
    meaning: 'Nobody can sign in with a stored password hash.',
    toDo: 'Add a verifier for its format to `passwords.legacy`, or let the account set a new password. Each hash is reported once.',
  },
  'password.forms-not-stored': {
    level: 'warn',
    meaning: 'The formats of imported password hashes could not be read or stored; Kith retries it.',
    toDo: 'Nothing, unless it repeats: then check the storage. Until then a wrong password may cost less for imported accounts.',
  },
  'password.breach-check-failed': {
    level: 'warn',
    meaning: 'A password could not be checked for breaches and was accepted.',
    toDo: 'Check that the service of `passwords.breached` is reachable.',
  },
  'service.budget-low': {
    level: 'warn',
    meaning: 'Most of the calls that a media service allows are used.',
    toDo: 'Find out what calls it so often, or raise the budget and the plan of the service.',
  },
  'process.not-shut-down': {
    level: 'error',
    meaning: 'The server could not be shut down cleanly; the process exits with 1.',
    toDo: 'Read `error`. What was acknowledged is stored; upkeep finishes the rest.',
  },
  'process.part-not-closed': {
    level: 'warn',
    meaning: 'A part could not be closed at the end of the process; the others are.',
    toDo: 'Read `error`. Nothing is lost.',
  },
  'clearing.left': {
    level: 'warn',
    meaning: 'Too much cleanup is waiting in this process; the rest is left to upkeep.',
    toDo: 'Make sure that upkeep runs; `what` names it.',
  },
  'session.storage-set-back': {
    level: 'warn',
    meaning:
      'A refresh token is ahead of its session: the storage is older than the tokens it issued. Was a backup restored? Then run `kith restored`.',
    toDo: 'Run `kith restored` (`kith.restored()`) once, which ends all sessions; until then used or logged-out tokens may work again.',
  },
  'ready.part-failed': {
    level: 'warn',
    meaning: '`kith.ready()` found a part that cannot be used.',
    toDo: '`part` names it, and `detail` says what to do. Logged once for each reason, however often it is called.',
  },
  'ready.part-back': {
    level: 'warn',
    meaning: '`kith.ready()` found that a part can be used again.',
    toDo: 'Nothing; `part` names it.',
  },
  'redis.uncounted': {
    level: 'warn',
    meaning: "Redis cannot be used, and because of `whenUnreachable: 'open'` attempts pass uncounted.",
    toDo: 'Do what `detail` says: until then nothing slows down password guessing. Logged once for each reason.',
  },
  'redis.full': {
    level: 'warn',
    meaning: 'Redis is full: each process counts limits separately until there is room.',
    toDo: 'Give it more memory (`maxmemory`).',
  },
  'redis.not-pushed': {
    level: 'warn',
    meaning: 'Revocations are not pushed to this process; it queries Redis for each check.',
    toDo: 'Read `error`: the second connection cannot be made or lost its stream. If it repeats, set `maxmemory-policy` to `noeviction`.',
  },
  'redis.evicts': {
    level: 'warn',
    meaning: 'Redis may evict revocations when it is full.',
    toDo: 'Set `maxmemory-policy` to `noeviction`, or keep revocations on a separate server.',
  },
  'postgres.uncounted': {
    level: 'warn',
    meaning: "PostgreSQL cannot be used, and because of `whenUnreachable: 'open'` attempts pass uncounted.",
    toDo: 'Do what `detail` says: until then nothing slows down password guessing. Logged once for each reason.',
  },
  'postgres.full': {
    level: 'warn',
    meaning: 'The disk of PostgreSQL is full: each process counts limits separately until there is room.',
    toDo: 'Free disk space on the server.',
  },
  'postgres.not-pushed': {
    level: 'warn',
    meaning: 'Revocations are not pushed to this process; it queries PostgreSQL for each check.',
    toDo: 'Read `error`: the dedicated connection of this process cannot be made or was lost. If it repeats, see `listen` in the README of @kith/storage-postgres.',
  },
} as const

Object.freeze(logLines)

/** The stable name of a line. */
export type LineName = keyof typeof logLines
