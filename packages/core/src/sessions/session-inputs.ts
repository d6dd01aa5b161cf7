import { z } from 'zod'
import { passwordMaxLength } from '../accounts/account-inputs.ts'
import { exactText, lineOfText, visible } from '../input.ts'

/** A sign-in by username or e-mail, whichever `login` holds. */
export interface LoginInput {
  login: string
  password: string
  /** Shown in the session list; made from the `User-Agent` where it is absent. */
  deviceName?: string | undefined
}

/** The schema of {@link LoginInput}. `username` or `email` are accepted in place of `login`. */
export const loginInput: z.ZodType<LoginInput> = z
  .strictObject({
    login: exactText(1, 254).optional(),
    username: exactText(1, 254).optional(),
    email: exactText(1, 254).optional(),
    password: exactText(1, passwordMaxLength),
    deviceName: visible(lineOfText(100)).optional(),
  })
  .transform(({ login, username, email, ...rest }, context) => {
    const given = [login, username, email].filter((value) => value !== undefined)
    const [only] = given
    if (only !== undefined && given.length === 1) return { login: only, ...rest }
    context.addIssue({
      code: 'custom',
      message: 'Give a username or an e-mail address, once',
      path: ['login'],
      params: { code: only === undefined ? 'required' : 'ambiguous' },
    })
    return z.NEVER
  })
