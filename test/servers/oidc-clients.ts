/** The address of the app that the tests are. */
export const appUrl: string = 'https://app.example'

/** What the app has registered at the provider, under each of the names by which tests call providers. */
export const oidcClients: { client_id: string; client_secret: string; redirect_uris: string[] }[] = [
  {
    client_id: 'kith',
    client_secret: 'a secret of the client',
    redirect_uris: ['acme', 'other'].map((name) => `${appUrl}/api/v1/auth/${name}/callback`),
  },
]
