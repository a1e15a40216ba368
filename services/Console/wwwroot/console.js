// Everything works without this file. With it, what is marked data-live keeps itself up to date:
//   data-live="URL"   an HTML fragment that replaces the content
//   data-every="5"    seconds between two looks
// What has the focus keeps it when the new content has an element with the same id; open <details> with an id stay open. A fragment with data-live-done ends the looking.

const refresh = async region => {
  const answer = await fetch(region.dataset.live, { headers: { 'X-Claims-Live': '1' }, credentials: 'same-origin', redirect: 'manual' })
  if (answer.type === 'opaqueredirect' || answer.status === 401) return location.reload()
  // Nothing new to show (204), or nobody there to show it.
  if (!answer.ok || answer.status === 204) return
  const html = await answer.text()
  if (html === region.lastHtml) return
  region.lastHtml = html
  const fragment = new DOMParser().parseFromString(html, 'text/html').body
  const focused = region.contains(document.activeElement) ? document.activeElement : null
  // Somebody is typing here: the next look will do.
  if (focused?.matches('input, textarea, select')) return
  const open = [...region.querySelectorAll('details[open][id]')].map(details => details.id)
  for (const id of open) fragment.querySelector(`#${CSS.escape(id)}`)?.setAttribute('open', '')
  const scrolled = [...region.querySelectorAll('[tabindex="0"]')].map(element => element.scrollLeft)
  region.replaceChildren(...fragment.childNodes)
  region.querySelectorAll('[tabindex="0"]').forEach((element, n) => { element.scrollLeft = scrolled[n] ?? 0 })
  if (focused?.id) document.getElementById(focused.id)?.focus({ preventScroll: true })
}

const watch = async region => {
  const pause = Math.max(1, Number(region.dataset.every) || 5) * 1000
  while (region.isConnected && !region.querySelector('[data-live-done]')) {
    await new Promise(resolve => setTimeout(resolve, pause))
    if (document.hidden) continue
    // A console that is being started again is asked again at the next look.
    await refresh(region).catch(() => {})
  }
}

document.querySelectorAll('[data-live]').forEach(watch)

// A form is sent once, however often its button is pressed.
document.addEventListener('submit', event => {
  const form = event.target
  if (form.method !== 'post') return
  if (form.dataset.sent) return event.preventDefault()
  form.dataset.sent = '1'
})
addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach(form => delete form.dataset.sent))
