import type { Viewer } from '@kith/core'

/** The caller, after `requireViewer`. @throws TypeError if that guard did not run before */
export function viewerOf(request: { readonly viewer: Viewer | null }): Viewer {
  if (request.viewer) return request.viewer
  throw new TypeError(
    'viewerOf: put `preHandler: app.requireViewer` on this route; `readViewer` also lets guests pass',
  )
}
