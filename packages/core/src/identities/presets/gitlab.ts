import { oidcPreset, type Preset } from './preset.ts'

/** https://docs.gitlab.com/integration/openid_connect_provider/ */
export const gitlab: Preset = oidcPreset({
  title: 'GitLab',
  issuer: 'https://gitlab.com',
  verifiesEmails: true,
})
