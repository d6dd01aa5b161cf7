/**
 * Codes of a server that was not reached, changes its role or shuts down: those after which the drivers' specification
 * of retryable reads and writes retries, and of a majority that did not respond. Writes have a label as well; reads do
 * not.
 */
export const unavailableCodes: ReadonlySet<unknown> = codes({
  HostUnreachable: 6,
  HostNotFound: 7,
  WriteConcernTimeout: 64,
  NetworkTimeout: 89,
  ShutdownInProgress: 91,
  UnsatisfiableWriteConcern: 100,
  ReadConcernMajorityNotAvailableYet: 134,
  PrimarySteppedDown: 189,
  ExceededTimeLimit: 262,
  SocketException: 9001,
  NotWritablePrimary: 10107,
  InterruptedAtShutdown: 11600,
  InterruptedDueToReplStateChange: 11602,
  NotPrimaryNoSecondaryOk: 13435,
  NotPrimaryOrSecondary: 13436,
})

/** Codes of conflicts, and of an overloaded server: those that occur outside of transactions, without a label. */
export const busyCodes: ReadonlySet<unknown> = codes({
  LockTimeout: 24,
  CursorNotFound: 43,
  MaxTimeMSExpired: 50,
  WriteConflict: 112,
  QueryPlanKilled: 175,
  NoSuchTransaction: 251,
  TemporarilyUnavailable: 365,
  UserWritesBlocked: 371,
  TransactionTooLargeForCache: 388,
  Interrupted: 11601,
})

/** The code of a server without free space. */
export const outOfDiskSpace = 14031

/** Codes that no retry fixes, and what does. */
export const remedies: Readonly<Record<number, string>> = Object.freeze({
  13: 'The user of the connection may not do this: give it the role readWrite on the database.',
  18: 'The server refused the user or the password of the connection.',
  20: 'The server has no transactions any more: create the storage anew after changing the kind of deployment.',
  26: 'The schema is not there: run kith.storage.migrate() first.',
  27: 'The schema is not there: run kith.storage.migrate() first.',
  121: 'A validation rule of the database refuses the record: remove the rule from the collections of Kith.',
  10334: 'A record, or the result of a query, is larger than the server supports.',
  11000: 'The record breaks a rule of the schema: every id must be new.',
})

function codes(byName: Readonly<Record<string, number>>): ReadonlySet<unknown> {
  return new Set(Object.values(byName))
}
