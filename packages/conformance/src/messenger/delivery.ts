import assert from 'node:assert/strict'
import type { Message } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { never } from '../never.ts'
import { race } from '../race.ts'
import { nextId } from '../records.ts'
import type { AcceptedMessage, MessengerHost } from './messenger-host.ts'
import { messageKinds, sampleMessage } from './sample-message.ts'

let written = 0

/** A message with an id, an address and a code of its own, on the channel of the host. */
export function ownMessage({ service }: MessengerHost, kind: Message['kind'] = 'sign-in-code'): Message {
  const { channel } = service
  written++
  const to = channel === 'email' ? `reader${written}@example.com` : `+4930${String(written).padStart(7, '0')}`
  const message = sampleMessage(kind, { id: nextId(), channel, to })
  const code = String(written).padStart(6, '4')
  return {
    ...message,
    content: { ...message.content, ...('code' in message.content && { code }) },
  } as Message
}

/** The one message that the service has accepted for an address. */
export async function acceptedFor({ service }: MessengerHost, to: string): Promise<AcceptedMessage> {
  const accepted = (await service.accepted()).filter((each) => each.to === to)
  assert.equal(accepted.length, 1, `${accepted.length} messages to ${to}`)
  return accepted[0] as AcceptedMessage
}

/** What an accepted message promises. */
export const deliveryCases: readonly Case<MessengerHost>[] = [
  {
    id: 'messengers/every-kind',
    title:
      'a message of any kind is with the service when `send` has resolved: once, for its address, with its code',
    async run(host) {
      for (const kind of messageKinds) {
        const message = ownMessage(host, kind)
        await host.messenger.send(message, never)
        const { text } = await acceptedFor(host, message.to)
        assert.match(text, /\S/)
        if ('code' in message.content) assert.ok(text.includes(message.content.code), `${kind}: no code`)
      }
      assert.equal((await host.service.accepted()).length, messageKinds.length)
    },
  },
  {
    id: 'messengers/whole-content',
    title:
      'an email has everything that its reader needs to act: links, addresses, devices, names and limits of time',
    async run(host) {
      if (host.service.channel !== 'email') return
      for (const kind of messageKinds) {
        const message = ownMessage(host, kind)
        await host.messenger.send(message, never)
        const { text } = await acceptedFor(host, message.to)
        for (const [name, value] of Object.entries(message.content) as [string, string | number | null][])
          if (name !== 'kind' && name !== 'at' && value !== null)
            assert.ok(text.includes(String(value)), `${kind}: no ${name}`)
      }
    },
  },
  {
    id: 'messengers/without-content',
    title: 'an email without a link, a device, an IP address or a name is sent too',
    async run(host) {
      if (host.service.channel !== 'email') return
      for (const kind of messageKinds) {
        const message = ownMessage(host, kind)
        const content = Object.entries(message.content).map(([name, value]) => {
          const isOptional = ['link', 'device', 'address', 'name', 'from'].includes(name)
          return [name, isOptional ? null : (value as string)]
        })
        await host.messenger.send({ ...message, content: Object.fromEntries(content) } as Message, never)
        assert.doesNotMatch((await acceptedFor(host, message.to)).text, /\bnull\b/)
      }
    },
  },
  {
    id: 'messengers/repeated-key',
    title: 'a message that is sent again is recognizable by its key, which no other message has',
    async run(host) {
      const [one, other] = [ownMessage(host), ownMessage(host)]
      for (const message of [one, one, other]) await host.messenger.send(message, never)
      const keys = (await host.service.accepted()).map(({ key }) => key)
      assert.equal(keys.length, 3)
      if (keys.every((key) => key === null)) return
      assert.equal(keys[0], keys[1])
      assert.notEqual(keys[0], keys[2])
      for (const key of keys) assert.match(key ?? '', /\S/)
    },
  },
  {
    id: 'messengers/one-reader',
    title: 'nothing in a name or a language adds a reader',
    async run(host) {
      const hostile = 'x>\r\nBcc: eve@evil.example\r\nTo: +4930999\r\n\r\n'
      const plain = ownMessage(host, 'credential-added')
      const message = {
        ...plain,
        language: hostile,
        content: { ...plain.content, name: hostile, device: hostile },
      } as Message
      await host.messenger.send(message, never)
      assert.deepEqual(
        (await host.service.accepted()).map(({ to }) => to),
        [message.to],
      )
    },
  },
  {
    id: 'messengers/unchanged',
    title: 'a message stays as it is, since it may be sent again',
    async run(host) {
      for (const kind of messageKinds) {
        const message = ownMessage(host, kind)
        const copy = structuredClone(message)
        await host.messenger.send(message, never)
        assert.deepEqual(message, copy)
      }
    },
  },
  {
    id: 'messengers/parallel',
    title: 'of 20 parallel messages each reaches its own reader with its own code',
    async run(host) {
      const messages = Array.from({ length: 20 }, () => ownMessage(host))
      await race(messages.length, async (index) => host.messenger.send(messages[index] as Message, never))
      for (const { to, content } of messages) {
        const { text } = await acceptedFor(host, to)
        assert.ok('code' in content && text.includes(content.code), `${to} has another code`)
      }
    },
  },
]
