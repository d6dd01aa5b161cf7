import type { Viewer } from '@kith/core'
import type { Request } from 'express'

declare global {
  namespace Express {
    interface Request {
      /** The caller; `null` for a guest. Set by the guards of Kith, absent without one. */
      viewer?: Viewer | null
    }
  }
}

/** The caller, after `requireViewer`. @throws TypeError if that guard did not run before */
export function viewerOf(request: Pick<Request, 'viewer'>): Viewer {
  if (request.viewer) return request.viewer
  throw new TypeError(
    request.viewer === null
      ? 'viewerOf: `readViewer` let a guest pass; use `requireViewer`, or read `request.viewer`'
      : 'viewerOf: put `requireViewer` before this handler',
  )
}
