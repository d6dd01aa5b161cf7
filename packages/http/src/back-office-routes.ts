import type { AccountFilter, ErrorCode, PageInput } from '@kith/core'
import { backOfficeBan, backOfficeRole, pageInput, parseInput } from '@kith/core/adapter'
import * as z from 'zod'
import type { RouteOptions } from './account-routes.ts'
import { type Route, viewerRoute } from './route.ts'
import { shapes } from './shapes.ts'

interface ListQuery extends PageInput {
  search?: string | undefined
  banned?: Flag | undefined
  waiting?: Flag | undefined
  role?: string | undefined
}

type Flag = 'true' | 'false'

const flag = z.enum(['true', 'false']).optional()

const listQuery: z.ZodType<ListQuery> = z.strictObject({
  search: z.string().max(254).optional(),
  banned: flag,
  waiting: flag,
  role: z.string().max(32).optional(),
  limit: z.coerce.number().int().min(1).max(100).optional(),
  cursor: z.string().max(200).optional(),
})

const whoMay = ['role-required', 'impersonated', 'account-banned'] satisfies ErrorCode[]
const aboutOne = [...whoMay, 'account-not-found', 'account-protected', 'rate-limited'] satisfies ErrorCode[]

/**
 * The routes with which administrators change other accounts, if the app enables them, and decide about those that
 * wait.
 */
export function backOfficeRoutes({ kith: { backOffice, config } }: Pick<RouteOptions, 'kith'>): Route[] {
  const isConfigured = config.accounts.backOffice !== null
  const approves = config.accounts.signUp === 'approval'

  return [
    viewerRoute({
      method: 'GET',
      path: '/admin/users',
      operationId: 'listAccounts',
      summary: 'List accounts, the newest first: all, or those that match; for administrators',
      isConfigured,
      query: listQuery,
      status: 200,
      output: shapes.HostUserPage,
      problems: [...whoMay, 'invalid-cursor'],
      async handle(viewer, { query }) {
        const { limit, cursor, ...filter } = parseInput(listQuery, query)
        return { body: await backOffice.list(viewer, filterOf(filter), { limit, cursor }) }
      },
    }),
    viewerRoute({
      method: 'GET',
      path: '/admin/users/:id',
      operationId: 'getAccount',
      summary: 'Read an account, for administrators',
      isConfigured,
      status: 200,
      output: shapes.HostUser,
      problems: [...whoMay, 'account-not-found'],
      handle: async (viewer, { params }) => ({ body: await backOffice.read(viewer, params.id) }),
    }),
    viewerRoute({
      method: 'PUT',
      path: '/admin/users/:id/ban',
      operationId: 'banAccount',
      summary: 'Suspend an account and end its sessions (idempotent)',
      isConfigured,
      body: backOfficeBan,
      status: 204,
      problems: [...aboutOne, 'approval-required', 'proof-required'],
      async handle(viewer, { params, body, client }) {
        await backOffice.ban(viewer, { ...parseInput(backOfficeBan, body), userId: params.id }, client)
        return {}
      },
    }),
    viewerRoute({
      method: 'DELETE',
      path: '/admin/users/:id/ban',
      operationId: 'unbanAccount',
      summary: 'Lift the suspension of an account (idempotent)',
      isConfigured,
      status: 204,
      problems: [...aboutOne, 'approval-required'],
      async handle(viewer, { params, client }) {
        await backOffice.unban(viewer, params.id, client)
        return {}
      },
    }),
    viewerRoute({
      method: 'PUT',
      path: '/admin/users/:id/role',
      operationId: 'setAccountRole',
      summary: 'Give an account another role (idempotent)',
      isConfigured,
      body: backOfficeRole,
      status: 204,
      problems: [...aboutOne, 'proof-required'],
      async handle(viewer, { params, body, client }) {
        await backOffice.setRole(viewer, { ...parseInput(backOfficeRole, body), userId: params.id }, client)
        return {}
      },
    }),
    viewerRoute({
      method: 'GET',
      path: '/admin/applications',
      operationId: 'listApplications',
      summary: 'List the accounts that wait for approval, the newest first',
      isConfigured: approves,
      query: pageInput,
      status: 200,
      output: shapes.HostUserPage,
      problems: [...whoMay, 'invalid-cursor'],
      handle: async (viewer, { query }) => ({ body: await backOffice.applications(viewer, query) }),
    }),
    viewerRoute({
      method: 'POST',
      path: '/admin/applications/:id/approve',
      operationId: 'approveApplication',
      summary: 'Approve an account that waits for approval, and notify its owner',
      isConfigured: approves,
      status: 200,
      output: shapes.HostUser,
      problems: [...whoMay, 'application-not-found', 'rate-limited'],
      handle: async (viewer, { params, client }) => ({
        body: await backOffice.approve(viewer, params.id, client),
      }),
    }),
    viewerRoute({
      method: 'POST',
      path: '/admin/applications/:id/refuse',
      operationId: 'refuseApplication',
      summary: 'Delete an account that waits for approval; its names are free again',
      isConfigured: approves,
      status: 204,
      problems: [...whoMay, 'application-not-found', 'proof-required', 'rate-limited'],
      async handle(viewer, { params, client }) {
        await backOffice.refuse(viewer, params.id, client)
        return {}
      },
    }),
    viewerRoute({
      method: 'DELETE',
      path: '/admin/users/:id/sessions',
      operationId: 'endSessionsOf',
      summary: 'End all sessions of an account (idempotent)',
      isConfigured,
      status: 204,
      problems: [...aboutOne, 'proof-required'],
      async handle(viewer, { params, client }) {
        await backOffice.endSessions(viewer, params.id, client)
        return {}
      },
    }),
  ]
}

function filterOf({ search, role, banned, waiting }: ListQuery): AccountFilter {
  return { search, role, banned: truthOf(banned), waiting: truthOf(waiting) }
}

function truthOf(flag: Flag | undefined): boolean | undefined {
  return flag === undefined ? undefined : flag === 'true'
}
