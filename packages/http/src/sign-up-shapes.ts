import type { Invitation, InvitationView, NewInvitation } from '@kith/core'
import * as z from 'zod'
import { author, time } from './social-shapes.ts'

const invitationFields = {
  id: z.uuidv7(),
  note: z.string().nullable(),
  createdAt: time,
  expiresAt: time,
  uses: z.int(),
  left: z.int(),
  state: z.enum(['open', 'paused', 'used-up', 'expired', 'revoked']),
  invited: z.array(author),
}

const invitation: z.ZodType<Invitation> = z.strictObject(invitationFields)

const newInvitation: z.ZodType<NewInvitation> = z.strictObject({ ...invitationFields, code: z.string() })

const invitationView: z.ZodType<InvitationView> = z.strictObject({
  inviter: author.nullable(),
  expiresAt: time,
})

/** The shapes of responses about invitations and approvals. */
export const signUpShapes: {
  readonly Invitation: z.ZodType<Invitation>
  readonly NewInvitation: z.ZodType<NewInvitation>
  readonly InvitationList: z.ZodType<{ items: Invitation[] }>
  readonly InvitationView: z.ZodType<InvitationView>
} = {
  Invitation: invitation,
  NewInvitation: newInvitation,
  InvitationList: z.strictObject({ items: z.array(invitation) }),
  InvitationView: invitationView,
}
