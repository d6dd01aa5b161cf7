import type { Viewer } from '@kith/core'

/** Who asks, behind `requireViewer`. @throws TypeError where that guard did not let them in */
export function viewerOf(request: { readonly viewer: Viewer | null }): Viewer {
  if (request.viewer) return request.viewer
  throw new TypeError(
    'viewerOf: put `preHandler: app.requireViewer` on this route; `readViewer` also lets guests pass',
  )
}
