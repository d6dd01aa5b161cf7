import * as z from 'zod'
import { type LinkName, linkNames } from '../messages/links.ts'
import type { Messenger } from '../messages/messenger.ts'
import { optionalPort } from '../option-schemas.ts'
import type { MessageOptions } from '../options.ts'

/** The options of messages, with their defaults. */
export interface MessageConfig {
  readonly email: Messenger | null
  readonly sms: Messenger | null
  /** The URLs of the pages that links open; `null` for those that the app does not have. */
  readonly links: Readonly<Record<LinkName, string | null>>
}

const page = z
  .string()
  .regex(
    /^(?:https:\/\/[^\s#]+|http:\/\/(?:localhost|127\.0\.0\.1)[^\s#]*|\/[^\s#]*)$/,
    'give a path like /reset-password, or a URL that begins with https://',
  )
  .nullable()
  .default(null)

/** Parses the options of messages. */
export const messages: z.ZodType<MessageConfig, MessageOptions | undefined> = z
  .strictObject({
    email: optionalPort<Messenger>('give a messenger, such as createSmtpMessenger()'),
    sms: optionalPort<Messenger>('give a messenger, such as createHttpMessenger()'),
    links: z
      .strictObject(
        Object.fromEntries(linkNames.map((name) => [name, page])) as Record<LinkName, typeof page>,
      )
      .prefault({}),
  })
  .prefault({})
