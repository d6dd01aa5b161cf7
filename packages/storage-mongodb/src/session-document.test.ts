import { expect, test } from 'vitest'
import { sampleSession } from '../../../test/kit-samples.ts'
import { sessionDocument, sessionFrom } from './session-document.ts'

const [early, late] = [new Date('2026-03-01T12:00:00Z'), new Date('2026-03-02T12:00:00Z')]

test('a session is the same after it was a document, with an actor and without', () => {
  for (const actor of [
    { actorId: null, actorSessionId: null },
    { actorId: 'cleo', actorSessionId: 'desk' },
  ]) {
    const session = sampleSession(actor)
    expect(sessionFrom(sessionDocument(session))).toEqual(session)
  }
})

test('a document has no fields for an actor if there is none', () => {
  const document = sessionDocument(sampleSession({ actorId: null, actorSessionId: null }))
  expect(Object.keys(document).filter((name) => name.startsWith('actor'))).toEqual([])
})

test.each([
  { revokedAt: null, expiresAt: early, endsAt: early },
  { revokedAt: early, expiresAt: late, endsAt: early },
  { revokedAt: late, expiresAt: early, endsAt: early },
])('it ends when it expires, or earlier if it is revoked: %j', ({ endsAt, ...times }) => {
  expect(sessionDocument(sampleSession(times)).endsAt).toEqual(endsAt)
})

test('a document of the first release is a session that was proved with a password when it was opened', () => {
  const session = sampleSession({
    epoch: 0,
    methods: ['pwd'],
    boundKey: null,
    createdAt: early,
    provedAt: early,
  })
  const {
    epoch: _epoch,
    provedAt: _provedAt,
    methods: _methods,
    boundKey: _boundKey,
    ...old
  } = sessionDocument(session)
  expect(sessionFrom(old)).toEqual(session)
})
