import { messengerCases, type MessengerHost, runCases } from '@kith/conformance'
import { onTestFinished, test } from 'vitest'
import { startMailServer } from '../test/mail-server.ts'
import { createSmtpMessenger } from './smtp-messenger.ts'

runCases(test, messengerCases, async (): Promise<MessengerHost> => {
  let isDown = false
  const { port, received } = await startMailServer({
    hideSTARTTLS: true,
    authOptional: true,
    onMailFrom: (_address, _session, done) =>
      done(isDown ? Object.assign(new Error('4.3.2 later'), { responseCode: 421 }) : null),
  })
  const messenger = createSmtpMessenger({
    url: `smtp://localhost:${port}?ignoreTLS=true`,
    from: 'Photo Club <hello@photos.example>',
  })
  onTestFinished(() => messenger.close())
  return {
    messenger,
    service: {
      channel: 'email',
      accepted: async () =>
        received.flatMap(({ to, mail }) =>
          to.map((each) => ({ to: each, text: mail.text ?? '', key: mail.messageId ?? null })),
        ),
      refused: 'gone@example.com',
      setDown: async (value) => void (isDown = value),
    },
  }
})
