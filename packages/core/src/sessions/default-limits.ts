import type { Limit } from './rate-limits.ts'

/**
 * What is limited. `…ByAddress` counts calls per client address (IPv6 by its /64), the others per account, device or session.
 * `password…` count wrong passwords in a row; a right one clears them. Anyone who is signed in counts by session, a device on
 * which the account has signed in before by device, and strangers by client and account: neither of the first two is ever
 * locked by somebody else. `passwordByAccount` counts the strangers of all clients together, to slow them down.
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

/** The limits that hold unless options say otherwise. The windows of `password…` are the back-off of the lock. */
export const defaultLimits: Readonly<Record<LimitName, readonly Limit[]>> = Object.freeze({
  // A household or a class registers together; a script that makes accounts by the thousand needs an IP address for every twenty.
  registerByAddress: [{ limit: 20, windowSeconds: 3_600 }],
  // Counts before the form is read, `registerByAddress` once it is right: typing errors use up nobody's accounts.
  registerAttemptByAddress: [
    { limit: 60, windowSeconds: 60 },
    { limit: 300, windowSeconds: 3_600 },
  ],
  // People behind one NAT sign in together; one stolen list of passwords cannot be tried from one IP address.
  loginByAddress: [
    { limit: 30, windowSeconds: 60 },
    { limit: 300, windowSeconds: 3_600 },
  ],
  // Counts before the form is read, also forms that are wrong. As many as for an IP address; a device is one person, or a family.
  loginByDevice: [
    { limit: 30, windowSeconds: 60 },
    { limit: 300, windowSeconds: 3_600 },
  ],
  // The sign-ins of all known devices of an account. Each of them had the password once, so this only bounds the hashing.
  loginByAccount: [
    { limit: 30, windowSeconds: 60 },
    { limit: 300, windowSeconds: 3_600 },
  ],
  // Ten slips are human. One IP address can lock nobody but itself out, and never for longer than an hour.
  passwordByClient: [
    { limit: 10, windowSeconds: 300 },
    { limit: 30, windowSeconds: 3_600 },
  ],
  // Slows a botnet to 4,800 guesses a day; an owner on a new device waits an hour at most.
  passwordByAccount: [
    { limit: 20, windowSeconds: 60 },
    { limit: 200, windowSeconds: 3_600 },
  ],
  // Anyone who stole a device token has a hundred guesses a day, and locks that device only.
  passwordByDevice: [
    { limit: 10, windowSeconds: 300 },
    { limit: 30, windowSeconds: 3_600 },
    { limit: 100, windowSeconds: 86_400 },
  ],
  // Anyone who stole a session has a hundred guesses a day at the password, and locks that session only.
  passwordBySession: [
    { limit: 10, windowSeconds: 300 },
    { limit: 30, windowSeconds: 3_600 },
    { limit: 100, windowSeconds: 86_400 },
  ],
  // New passwords and deletions, before the form is read. By session: a thief must not use up what the owner needs to get rid of the thief.
  passwordFormBySession: [{ limit: 30, windowSeconds: 60 }],
  // An office of hundreds of open tabs; more is a loop, and each costs a read.
  refreshByAddress: [{ limit: 600, windowSeconds: 60 }],
  // Once in 15 minutes is usual; a client in a loop is stopped before it costs the database.
  refreshBySession: [{ limit: 60, windowSeconds: 60 }],
  // The same by the key of its device. Apart, since a thief with the cookies must not use up what the device needs.
  boundRefreshBySession: [{ limit: 60, windowSeconds: 60 }],
  // Twenty full posts an hour, each file of which is decoded.
  uploadByAccount: [{ limit: 200, windowSeconds: 3_600 }],
  // More than anybody writes by hand; every follower reads each.
  postByAccount: [{ limit: 100, windowSeconds: 3_600 }],
  // Each costs the app money at the host of its model.
  captionByAccount: [{ limit: 60, windowSeconds: 3_600 }],
  // As many as an hour of posting needs; each may cost two calls of the host's API and a decoding.
  confirmByAccount: [{ limit: 60, windowSeconds: 3_600 }],
  // Three in a row, and longer waits from there on: for a file that does not come.
  confirmByUpload: [
    { limit: 3, windowSeconds: 60 },
    { limit: 6, windowSeconds: 600 },
    { limit: 10, windowSeconds: 3_600 },
  ],
  // Reads everything that an account owns; nobody needs it more often.
  exportByAccount: [{ limit: 5, windowSeconds: 3_600 }],
  // Faster than a person taps; a script that likes and unlikes is stopped.
  changeByAccount: [
    { limit: 120, windowSeconds: 60 },
    { limit: 2_000, windowSeconds: 3_600 },
  ],
  // Ends a full list of devices in two minutes.
  revokeBySession: [{ limit: 60, windowSeconds: 60 }],
  // Counts refused attempts too, so nobody can test which email addresses and phone numbers others have.
  identifierByAccount: [{ limit: 10, windowSeconds: 86_400 }],
  // Codes that are tried. Each has five tries of its own; this stops a script that goes through many.
  codeByAddress: [
    { limit: 30, windowSeconds: 60 },
    { limit: 100, windowSeconds: 3_600 },
  ],
  // Challenges of passkeys, one for each visit to a page that offers them as autofill; each is a row for ten minutes.
  challengeByAddress: [
    { limit: 60, windowSeconds: 60 },
    { limit: 600, windowSeconds: 3_600 },
  ],
  // Registrations, sign-ins and codes, each by itself, that need no solved puzzle where the app has a challenge: a household does not see one.
  unchallengedByAddress: [
    { limit: 10, windowSeconds: 600 },
    { limit: 30, windowSeconds: 86_400 },
  ],
  // The same by what was typed, from all IP addresses together: a botnet that tries one account solves a puzzle each time.
  unchallengedByTarget: [{ limit: 10, windowSeconds: 3_600 }],
  // Messages that strangers of one IP address request, to any recipient.
  sendByAddress: [
    { limit: 30, windowSeconds: 600 },
    { limit: 100, windowSeconds: 3_600 },
  ],
  // To one recipient by one client, codes that are sent again among them: somebody who waits asks two or three times.
  sendByClient: [
    { limit: 4, windowSeconds: 600 },
    { limit: 10, windowSeconds: 3_600 },
    { limit: 20, windowSeconds: 86_400 },
  ],
  // To one recipient by all clients, so that nobody's mailbox is filled, and who guesses at codes, five tries each, is right with a chance of 1 in 3,333 a day. Past that no message is sent, and nobody is notified.
  sendByRecipient: [
    { limit: 20, windowSeconds: 3_600 },
    { limit: 60, windowSeconds: 86_400 },
  ],
  // The same code once more, with other digits.
  resendByFlow: [{ limit: 3, windowSeconds: 600 }],
  // Second factors of an account that strangers try, who have its password by then; the devices that it knows have a budget together, and so has each session.
  factorByAccount: [
    { limit: 10, windowSeconds: 300 },
    { limit: 30, windowSeconds: 3_600 },
    { limit: 100, windowSeconds: 86_400 },
  ],
})
