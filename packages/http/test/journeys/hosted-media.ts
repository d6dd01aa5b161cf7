import type { Clock } from '@kith/core'
import { createReferenceHost } from '@kith/conformance'
import type { JourneyMedia } from './journey-host.ts'

/** A media host that accepts files from browsers and serves them with signed URLs; it can be made unavailable. */
export interface HostedMedia extends JourneyMedia {
  /** Makes every call to the host fail with this error, or work again. */
  break(error: Error | null): void
}

/** Moves the media of a journey to the reference host. The processors of images and videos stay the same. */
export function hostMedia(local: JourneyMedia, clock: Clock): HostedMedia {
  const host = createReferenceHost({ clock })
  let fault: Error | null = null

  function breakable<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (!fault || typeof member !== 'function') return member
        return name === 'read' ? () => failing(fault) : () => Promise.reject(fault as Error)
      },
    })
  }

  return {
    options: { ...local.options, blobs: breakable(host.blobs), direct: breakable(host.direct) },
    break: (error) => void (fault = error),
    files: async () => [...(await local.files()), ...host.files()],
    async close() {
      await host.close()
      await local.close()
    },
  }
}

async function* failing(error: Error | null): AsyncGenerator<Uint8Array> {
  yield* []
  throw error ?? new Error('nothing is broken')
}
