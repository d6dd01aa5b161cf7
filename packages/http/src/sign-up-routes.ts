import { invitationInput, lookInput } from '@kith/core/adapter'
import type { RouteOptions } from './account-routes.ts'
import { publicRoute, type Route, viewerRoute } from './route.ts'
import { shapes } from './shapes.ts'

/** The routes of invitations, if the app enables them. */
export function signUpRoutes({
  kith: { invitations, config },
  guard,
}: Pick<RouteOptions, 'kith' | 'guard'>): Route[] {
  const isConfigured = config.accounts.signUp === 'invite'

  return [
    viewerRoute({
      method: 'GET',
      path: '/users/me/invitations',
      operationId: 'listInvitations',
      summary: 'List your invitations and who signed up with them, newest first',
      status: 200,
      output: shapes.InvitationList,
      isConfigured,
      handle: async (viewer) => ({ body: { items: await invitations.list(viewer) } }),
    }),
    viewerRoute({
      method: 'POST',
      path: '/users/me/invitations',
      operationId: 'createInvitation',
      summary: 'Create an invitation; its code is shown only once',
      body: invitationInput,
      status: 201,
      output: shapes.NewInvitation,
      isConfigured,
      problems: ['impersonated', 'role-required', 'too-many-invitations', 'account-banned', 'rate-limited'],
      handle: async (viewer, { body, client }) => ({ body: await invitations.create(viewer, body, client) }),
    }),
    viewerRoute({
      method: 'DELETE',
      path: '/users/me/invitations/:id',
      operationId: 'revokeInvitation',
      summary: 'Revoke an invitation (idempotent); accounts that used it stay',
      status: 204,
      isConfigured,
      problems: ['invitation-not-found', 'impersonated', 'rate-limited'],
      async handle(viewer, { params, client }) {
        await invitations.revoke(viewer, params.id, client)
        return {}
      },
    }),
    publicRoute({
      method: 'POST',
      path: '/users/invitations/look',
      operationId: 'lookUpInvitation',
      summary: 'Read who sent the invitation with this code',
      body: lookInput,
      status: 200,
      output: shapes.InvitationView,
      isConfigured,
      problems: ['invitation-invalid', 'origin-not-allowed', 'rate-limited'],
      async handle({ request, body, client }) {
        guard.demandOwnPage(request)
        return { body: await invitations.look(body.invitation, client) }
      },
    }),
  ]
}
