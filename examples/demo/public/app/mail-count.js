const everyMs = 2_000

/** Calls `show` with the emails of the demo, newest first, now and while the page is visible. */
export async function watchMail(show) {
  for (;;) {
    if (!document.hidden) {
      const response = await fetch('/dev/mail.json').catch(() => null)
      // The demo may have been stopped, and may start again.
      if (response?.ok) show((await response.json()).items)
    }
    await new Promise((done) => setTimeout(done, everyMs))
  }
}
