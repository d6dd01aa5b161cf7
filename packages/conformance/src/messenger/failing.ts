import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import { never } from '../never.ts'
import { acceptedFor, ownMessage } from './delivery.ts'
import type { MessengerHost } from './messenger-host.ts'

/** How a messenger fails, and how it ends. */
export const failingCases: readonly Case<MessengerHost>[] = [
  {
    id: 'messengers/refused',
    title: 'an address that is refused permanently is reported as `MessageRefused`, and the next one is not',
    async run(host) {
      const { refused } = host.service
      if (refused === null) return
      const sent = host.messenger.send({ ...ownMessage(host), to: refused }, never)
      assert.equal(await failureOf(sent), 'MessageRefused')
      assert.deepEqual(await host.service.accepted(), [])
      const next = ownMessage(host)
      await host.messenger.send(next, never)
      await acceptedFor(host, next.to)
    },
  },
  {
    id: 'messengers/down',
    title:
      'a service that fails temporarily is reported by any other error, and later accepts the same message',
    async run(host) {
      const { setDown } = host.service
      if (setDown === null) return
      const message = ownMessage(host)
      await setDown(true)
      assert.notEqual(await failureOf(host.messenger.send(message, never)), 'MessageRefused')
      assert.deepEqual(await host.service.accepted(), [])
      await setDown(false)
      await host.messenger.send(message, never)
      await acceptedFor(host, message.to)
    },
  },
  {
    id: 'messengers/aborted',
    title: 'a message whose signal is aborted already is rejected, and not sent',
    async run(host) {
      const sent = host.messenger.send(ownMessage(host), AbortSignal.abort(new Error('expired')))
      assert.notEqual(await failureOf(sent), 'MessageRefused')
      assert.deepEqual(await host.service.accepted(), [])
    },
  },
  {
    id: 'messengers/close-twice',
    title: 'a messenger that can be closed can be closed twice, also before it has sent anything',
    async run({ messenger }) {
      for (let time = 0; time < 2; time++) await messenger.close?.()
    },
  },
]

/** The name of the error that a call fails with. */
async function failureOf(sent: Promise<unknown>): Promise<string> {
  const error = await sent.then(
    () => assert.fail('it was sent'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof Error, 'what it rejects with is no error')
  assert.notEqual(error.name, 'AssertionError', error.message)
  return error.name
}
