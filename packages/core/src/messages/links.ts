/** The purposes of links in messages, each with a page of the app. */
export type LinkName = 'resetPassword' | 'signIn' | 'revertAddress'

/** All of them. */
export const linkNames: readonly LinkName[] = ['resetPassword', 'signIn', 'revertAddress']

/**
 * The URLs of the pages: paths are resolved against the origin of `publicUrl`, the only source for the app's URL.
 * @throws TypeError if it is missing
 */
export function linkAddresses(
  publicUrl: string,
  pages: Readonly<Record<LinkName, string | null>>,
): Readonly<Record<LinkName, string | null>> {
  const entries = linkNames.map((name) => [name, address(publicUrl, { name, page: pages[name] })] as const)
  return Object.freeze(Object.fromEntries(entries)) as Record<LinkName, string | null>
}

function address(publicUrl: string, { name, page }: { name: LinkName; page: string | null }): string | null {
  if (!page?.startsWith('/')) return page
  if (!URL.canParse(publicUrl))
    throw new TypeError(
      `createKith: messages.links.${name}: a path needs an origin: give createKith its \`publicUrl\`, such as https://app.example`,
    )
  return new URL(page, publicUrl).href
}

/**
 * A link to a page of the app. Its parameters follow the `#`, which browsers send to no server and to no other page.
 * Opening it does nothing by itself, so a mail scanner does not consume it.
 */
export function linkTo(page: string | null, { flow, code }: { flow: string; code: string }): string | null {
  return page && `${page}#${new URLSearchParams({ flow, code }).toString()}`
}
