import type { Storage } from '@kith/core/ports'
import type { Case } from '../../src/case.ts'
import {
  edgeStoreCases,
  factStoreCases,
  feedStoreCases,
  mediaStoreCases,
  postStoreCases,
  sessionStoreCases,
  userStoreCases,
} from '../../src/index.ts'
import type { Subject } from './run-mutants.ts'

/** The ports of a storage. */
export const subjects: readonly Subject[] = [
  { port: 'users', reads: ['byId', 'byIds', 'byLogin', 'bannedIds', 'toPurge'] },
  { port: 'sessions', reads: ['byId', 'list'] },
  { port: 'edges', reads: ['list', 'among', 'counts', 'hiddenNodes'] },
  { port: 'posts', reads: ['byIds', 'byAuthor', 'counts', 'toPurge'] },
  { port: 'media', reads: ['byIds', 'byOwner', 'list', 'bySubjects'] },
  { port: 'feed', reads: ['home'] },
  { port: 'facts', reads: ['get'] },
]

/** The cases of a part of a storage, given all of it. */
function ofPart<Name extends keyof Storage>(
  name: Name,
  cases: readonly Case<Storage[Name]>[],
): Case<Storage>[] {
  return cases.map((each) => ({ ...each, run: (storage) => each.run(storage[name]) }))
}

/** The cases of these ports. Those of session ends hash passwords: broken-session-epochs.test.ts has flaws for them. */
export const cases: readonly Case<Storage>[] = [
  ...ofPart('users', userStoreCases),
  ...ofPart('sessions', sessionStoreCases),
  ...ofPart('facts', factStoreCases),
  ...edgeStoreCases,
  ...postStoreCases,
  ...mediaStoreCases,
  ...feedStoreCases,
]
