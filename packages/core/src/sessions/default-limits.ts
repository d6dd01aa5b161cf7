import type { Limit } from './rate-limits.ts'

/**
 * The limits. `…ByAddress` counts calls per client IP address (IPv6 by its /64), the others per account, device or
 * session. `password…` count wrong passwords in a row; a right one resets them. Signed-in callers count by session,
 * devices on which the account has signed in before by device, and strangers by client and account: nobody else can
 * lock the first two. `passwordByAccount` counts strangers across all clients, to slow them down.
 */
export type LimitName =
  | 'registerByAddress'
  | 'registerAttemptByAddress'
  | 'loginByAddress'
  | 'loginByDevice'
  | 'loginByAccount'
  | 'passwordByClient'
  | 'passwordByAccount'
  | 'passwordByDevice'
  | 'passwordBySession'
  | 'passwordFormBySession'
  | 'refreshByAddress'
  | 'refreshBySession'
  | 'boundRefreshBySession'
  | 'uploadByAccount'
  | 'postByAccount'
  | 'captionByAccount'
  | 'confirmByAccount'
  | 'confirmByUpload'
  | 'exportByAccount'
  | 'changeByAccount'
  | 'revokeBySession'
  | 'identifierByAccount'
  | 'codeByAddress'
  | 'challengeByAddress'
  | 'unchallengedByAddress'
  | 'unchallengedByTarget'
  | 'sendByAddress'
  | 'sendByClient'
  | 'sendByRecipient'
  | 'resendByFlow'
  | 'factorByAccount'

/** The default limits. The windows of `password…` are the back-off of the lock. */
export const defaultLimits: Readonly<Record<LimitName, readonly Limit[]>> = Object.freeze({
  // A household or a class registers together; a script that creates thousands of accounts needs one IP address for every twenty.
  registerByAddress: [{ limit: 20, windowSeconds: 3_600 }],
  // Counts before the form is parsed, `registerByAddress` once it is valid: typos do not use up the accounts of others.
  registerAttemptByAddress: [
    { limit: 60, windowSeconds: 60 },
    { limit: 300, windowSeconds: 3_600 },
  ],
  // People behind one NAT sign in together; a stolen list of passwords cannot be tried from one IP address.
  loginByAddress: [
    { limit: 30, windowSeconds: 60 },
    { limit: 300, windowSeconds: 3_600 },
  ],
  // Counts before the form is parsed, including invalid forms. As many as for an IP address; a device is one person, or a family.
  loginByDevice: [
    { limit: 30, windowSeconds: 60 },
    { limit: 300, windowSeconds: 3_600 },
  ],
  // The sign-ins of all known devices of an account. Each of them had the password once, so this only bounds the hashing.
  loginByAccount: [
    { limit: 30, windowSeconds: 60 },
    { limit: 300, windowSeconds: 3_600 },
  ],
  // Ten slips are human. One IP address can lock out only itself, and never for longer than an hour.
  passwordByClient: [
    { limit: 10, windowSeconds: 300 },
    { limit: 30, windowSeconds: 3_600 },
  ],
  // Slows a botnet to 4,800 guesses a day; an owner on a new device waits at most an hour.
  passwordByAccount: [
    { limit: 20, windowSeconds: 60 },
    { limit: 200, windowSeconds: 3_600 },
  ],
  // A thief with a device token has a hundred guesses a day, and locks only that device.
  passwordByDevice: [
    { limit: 10, windowSeconds: 300 },
    { limit: 30, windowSeconds: 3_600 },
    { limit: 100, windowSeconds: 86_400 },
  ],
  // A thief with a session has a hundred guesses at the password a day, and locks only that session.
  passwordBySession: [
    { limit: 10, windowSeconds: 300 },
    { limit: 30, windowSeconds: 3_600 },
    { limit: 100, windowSeconds: 86_400 },
  ],
  // New passwords and deletions, before the form is parsed. By session: a thief must not use up what the owner needs to get rid of the thief.
  passwordFormBySession: [{ limit: 30, windowSeconds: 60 }],
  // An office with hundreds of open tabs; more is a loop, and each costs a read.
  refreshByAddress: [{ limit: 600, windowSeconds: 60 }],
  // Once in 15 minutes is usual; a client in a loop is stopped before it costs the database.
  refreshBySession: [{ limit: 60, windowSeconds: 60 }],
  // The same with the key of its device. Separate, since a thief with the cookies must not use up what the device needs.
  boundRefreshBySession: [{ limit: 60, windowSeconds: 60 }],
  // Twenty full posts an hour, each file of which is decoded.
  uploadByAccount: [{ limit: 200, windowSeconds: 3_600 }],
  // More than anyone writes by hand; every follower reads each.
  postByAccount: [{ limit: 100, windowSeconds: 3_600 }],
  // Each costs the app money for its model.
  captionByAccount: [{ limit: 60, windowSeconds: 3_600 }],
  // Enough for an hour of posting; each may cost two calls of the host's API and a decode.
  confirmByAccount: [{ limit: 60, windowSeconds: 3_600 }],
  // Three in a row, then longer waits: for a file that does not arrive.
  confirmByUpload: [
    { limit: 3, windowSeconds: 60 },
    { limit: 6, windowSeconds: 600 },
    { limit: 10, windowSeconds: 3_600 },
  ],
  // Reads everything that an account owns; nobody needs it more often.
  exportByAccount: [{ limit: 5, windowSeconds: 3_600 }],
  // Faster than a person taps; stops a script that likes and unlikes.
  changeByAccount: [
    { limit: 120, windowSeconds: 60 },
    { limit: 2_000, windowSeconds: 3_600 },
  ],
  // Ends a full list of devices in two minutes.
  revokeBySession: [{ limit: 60, windowSeconds: 60 }],
  // Counts refused attempts too, so nobody can test which email addresses and phone numbers others have.
  identifierByAccount: [{ limit: 10, windowSeconds: 86_400 }],
  // Code attempts. Each code has five attempts of its own; this stops a script that goes through many.
  codeByAddress: [
    { limit: 30, windowSeconds: 60 },
    { limit: 100, windowSeconds: 3_600 },
  ],
  // Passkey challenges, one per visit to a page that offers them as autofill; each is a row for ten minutes.
  challengeByAddress: [
    { limit: 60, windowSeconds: 60 },
    { limit: 600, windowSeconds: 3_600 },
  ],
  // Registrations, sign-ins and codes, counted separately, that need no solved challenge if the app has challenges: a household does not see one.
  unchallengedByAddress: [
    { limit: 10, windowSeconds: 600 },
    { limit: 30, windowSeconds: 86_400 },
  ],
  // The same by what was typed, across all IP addresses: a botnet that tries one account has to solve a challenge each time.
  unchallengedByTarget: [{ limit: 10, windowSeconds: 3_600 }],
  // Messages that strangers at one IP address request, to any recipient.
  sendByAddress: [
    { limit: 30, windowSeconds: 600 },
    { limit: 100, windowSeconds: 3_600 },
  ],
  // To one recipient by one client, including codes that are sent again: someone who waits asks two or three times.
  sendByClient: [
    { limit: 4, windowSeconds: 600 },
    { limit: 10, windowSeconds: 3_600 },
    { limit: 20, windowSeconds: 86_400 },
  ],
  // To one recipient by all clients, so that nobody's mailbox is filled; guessing codes, with five attempts each, succeeds with a chance of 1 in 3,333 a day. Beyond that no message is sent, and nobody is notified.
  sendByRecipient: [
    { limit: 20, windowSeconds: 3_600 },
    { limit: 60, windowSeconds: 86_400 },
  ],
  // The same code again, with other digits.
  resendByFlow: [{ limit: 3, windowSeconds: 600 }],
  // Second factors that strangers try, who have the password by then; the known devices of the account share a budget, and each session has one.
  factorByAccount: [
    { limit: 10, windowSeconds: 300 },
    { limit: 30, windowSeconds: 3_600 },
    { limit: 100, windowSeconds: 86_400 },
  ],
})
