import { type Clock, createKith, type Kith } from '@kith/core'
import { type ConsoleMessenger, createConsoleMessenger } from '@kith/core/messages'
import { createPasskeys } from '@kith/core/passkeys'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { type ChosenCaptions, chooseCaptions, type ChosenMedia, chooseMedia } from 'kith-example-adapters'
import type { Environment } from 'kith-example-adapters'
import { createExampleId, exampleIdName, type ExampleId } from './example-id.ts'
import { pagesOfLinks } from './page.ts'
import type { Settings } from './settings.ts'

/** The Kith of the demo, with its settings. */
export interface Demo {
  kith: Kith
  media: ChosenMedia
  captions: ChosenCaptions
  /** The messages that it would have sent. */
  mail: ConsoleMessenger
  /** The providers with which visitors can sign in. */
  exampleId: ExampleId
}

/** The environment of the demo. */
export interface DemoPlace {
  /** The URL of its page, such as `http://localhost:3000`. */
  url: string
  /** @default the clock of the system */
  clock?: Clock
}

/**
 * All features of Kith, over SQLite: media on disk and captions by sketches, unless the environment selects others. Email goes to the
 * console and to `/dev/mail`.
 */
export async function createDemo(
  settings: Settings,
  env: Environment,
  { url, clock }: DemoPlace,
): Promise<Demo> {
  const media = await chooseMedia(env, settings.media)
  const captions = await chooseCaptions(env, media.captions)
  const mail = createConsoleMessenger({ appName: 'Kith demo' })
  const exampleId = createExampleId(url)
  const links = Object.entries(pagesOfLinks).map(([name, page]) => [name, `${url}${page}`])
  const kith = createKith({
    secret: settings.secret,
    storage: createSqliteStorage({ path: settings.database }),
    media: media.options,
    captions: captions.option,
    posts: { textOnly: true },
    accounts: { signUp: settings.signUp, invitations: { roles: { member: { open: 5, uses: 1 } } } },
    sessions: { codeSignIn: true, trustDevices: '30d' },
    publicUrl: url,
    providers: { [exampleIdName]: exampleId.provider },
    messages: { email: mail, links: Object.fromEntries(links) },
    audit: { keepFor: '365d' },
    passkeys: createPasskeys({ rpId: 'localhost', rpName: 'Kith demo', origins: [url] }),
    clock,
  })
  return { kith, media, captions, mail, exampleId }
}
