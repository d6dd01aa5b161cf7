import { createMemoryRateLimits, createMemoryRevocations, createMemoryStorage } from '@kith/core/memory'
import type { RateLimits, Revocations, Storage } from '@kith/core/ports'
import {
  auditStoreCases,
  codeStoreCases,
  credentialStoreCases,
  edgeStoreCases,
  factStoreCases,
  feedStoreCases,
  mediaStoreCases,
  outboxStoreCases,
  type Pair,
  postStoreCases,
  rateLimitsCases,
  revocationsCases,
  sessionStoreCases,
  sharedFactStoreCases,
  sharedRateLimitsCases,
  sharedRevocationsCases,
  userStoreCases,
} from '../../src/index.ts'
import { rateLimitFlaws, storageFlaws } from './flaws.ts'
import { ofPart, type Subjects } from './run-mutants.ts'
import { wayFlaws } from './way-flaws.ts'

/** One instance that stands for two over one backend. */
function twice<Port>(make: () => Port): () => Pair<Port> {
  return () => {
    const port = make()
    return { one: port, other: port }
  }
}

/** The ports of a storage. The cases of session ends hash passwords: broken-session-epochs.test.ts has flaws for them. */
export const storage: Subjects<Storage> = {
  makeSound: createMemoryStorage,
  ports: {
    users: [
      ...['byId', 'byIds', 'byLogin', 'bannedIds', 'endedBans', 'idsBeginning', 'idsContaining', 'search'],
      'toPurge',
    ],
    sessions: ['byId', 'list'],
    edges: ['list', 'among', 'counts', 'hiddenNodes'],
    posts: ['byIds', 'byAuthor', 'counts', 'toPurge'],
    media: ['byIds', 'byOwner', 'list', 'bySubjects'],
    feed: ['home'],
    facts: ['get'],
    outbox: ['backlog'],
    messages: ['backlog'],
    audit: ['list'],
    codes: ['find'],
    credentials: ['byUser', 'bySubject'],
  },
  cases: [
    ...ofPart<Storage, 'users'>('users', userStoreCases),
    ...ofPart<Storage, 'sessions'>('sessions', sessionStoreCases),
    ...ofPart<Storage, 'facts'>('facts', factStoreCases),
    ...edgeStoreCases,
    ...postStoreCases,
    ...mediaStoreCases,
    ...feedStoreCases,
    ...outboxStoreCases,
    ...auditStoreCases,
    ...codeStoreCases,
    ...credentialStoreCases,
  ],
  flaws: [...storageFlaws, ...wayFlaws],
}

export const rateLimits: Subjects<{ rateLimits: RateLimits }> = {
  makeSound: () => ({ rateLimits: createMemoryRateLimits() }),
  ports: { rateLimits: [] },
  cases: ofPart('rateLimits', rateLimitsCases),
  flaws: rateLimitFlaws,
}

export const revocations: Subjects<{ revocations: Revocations }> = {
  makeSound: () => ({ revocations: createMemoryRevocations() }),
  ports: { revocations: ['isRevoked'] },
  cases: ofPart('revocations', revocationsCases),
}

/** Ports that two processes share: what is wrong is wrong in both, or in one of them. */
export const sharedFacts: Subjects<Pair<Storage['facts']>> = {
  makeSound: twice(() => createMemoryStorage().facts),
  ports: { one: ['get'], other: ['get'] },
  cases: sharedFactStoreCases,
}

export const sharedRateLimits: Subjects<Pair<RateLimits>> = {
  makeSound: twice(() => createMemoryRateLimits()),
  ports: { one: [], other: [] },
  cases: sharedRateLimitsCases,
}

export const sharedRevocations: Subjects<Pair<Revocations>> = {
  makeSound: twice(() => createMemoryRevocations()),
  ports: { one: ['isRevoked'], other: ['isRevoked'] },
  cases: sharedRevocationsCases,
}
