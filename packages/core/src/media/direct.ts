import type { MediaConfig } from '../config.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import type { Viewer } from '../viewer.ts'
import { createConfirm } from './confirm.ts'
import type { DirectUploads, SignedUpload } from './direct-uploads.ts'
import { demandProcessor, maxBytesOf, notConfigured, reserve, type TakeIn } from './take-in.ts'
import { type SignUploadInput, signUploadInput, type Upload } from './upload.ts'

/** Uploads that go straight to the host of the media: signed first, then sent by the browser, then confirmed. */
export interface Direct {
  sign(viewer: Viewer, input: SignUploadInput): Promise<{ id: string; upload: SignedUpload }>
  confirm(viewer: Viewer, id: string): Promise<Upload>
}

/** For how long a signature lets the sending begin. */
const signedSeconds = 1_800

/** Creates it. */
export function createDirect(core: Core, takeIn: TakeIn): Direct {
  const { media: config } = core.config
  const confirm = createConfirm(core, takeIn)

  return {
    async sign(viewer, input) {
      const direct = demandDirect(config)
      // Counted first: reading what is wrong is work as well.
      await core.attempts.byAccount('uploadByAccount', viewer.userId)
      const { contentType, size } = parseInput(signUploadInput, input)
      demandProcessor(config, contentType)
      const maxBytes = maxBytesOf(config, contentType)
      if (size > maxBytes)
        throw new KithError('media-too-large', { detail: `At most ${maxBytes} bytes are taken.` })
      // The row comes first, so that upkeep finds what is sent and never confirmed.
      const { id, createdAt } = await reserve(core, viewer.userId, contentType)
      const until = new Date(createdAt.getTime() + signedSeconds * 1000)
      return { id, upload: await direct.sign(id, { contentType, size, until }) }
    },
    confirm: async (viewer, id) => await confirm(demandDirect(config), viewer, id),
  }
}

function demandDirect({ direct }: MediaConfig): DirectUploads {
  return direct ?? notConfigured('media.direct')
}
