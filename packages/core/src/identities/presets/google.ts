import { oidcPreset, type Preset } from './preset.ts'

/** https://developers.google.com/identity/openid-connect/openid-connect */
export const google: Preset = oidcPreset({
  title: 'Google',
  issuer: 'https://accounts.google.com',
  verifiesEmails: true,
})
