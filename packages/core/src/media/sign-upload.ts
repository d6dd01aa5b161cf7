import type { MediaConfig } from '../config/media-config.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import { createConfirm } from './confirm-upload.ts'
import type { DirectUploads, SignedUpload } from './direct-uploads.ts'
import { demandProcessor, maxBytesOf, notConfigured, reserve, type ProcessUpload } from './process-upload.ts'
import { type SignUploadInput, signUploadInput, type Upload } from './upload-shape.ts'

/** Uploads directly to the media host: signed, then sent by the browser, then confirmed. */
export interface SignUpload {
  /**
   * Lets a browser upload a file directly to the media host, if that is configured.
   * @throws media-too-large, media-unavailable, policy-refused, rate-limited, not-configured
   */
  sign(
    viewer: Viewer,
    input: SignUploadInput,
    client?: ClientInfo,
  ): Promise<{ id: string; upload: SignedUpload }>
  /**
   * Stores a file that was uploaded this way, like {@link Uploads.add}. Idempotent; after `media-unavailable` it can be
   * called again, without resending the file.
   * @throws media-not-found, unsupported-media-type, media-too-large, media-too-complex, media-unreadable,
   * media-unavailable, busy
   */
  confirm(viewer: Viewer, id: string): Promise<Upload>
}

/** How long an upload can begin with a signature. */
const signedSeconds = 1_800

/** Creates the uploads that go directly to the media host. */
export function createSignUpload(core: Core, processUpload: ProcessUpload): SignUpload {
  const { media: config } = core.config
  const confirm = createConfirm(core, processUpload)

  return {
    async sign(viewer, input, client = {}) {
      const direct = demandDirect(config)
      // Counted first: invalid input costs work as well.
      await core.limits.byAccount('uploadByAccount', viewer.userId)
      const { contentType, size } = parseInput(signUploadInput, input)
      demandProcessor(config, contentType)
      const maxBytes = maxBytesOf(config, contentType)
      if (size > maxBytes)
        throw new KithError('media-too-large', { detail: `At most ${maxBytes} bytes are accepted.` })
      await core.askPolicy('media.add', { input: { contentType, size }, viewer, client })
      // The row comes first, so that upkeep finds files that are sent and never confirmed.
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
