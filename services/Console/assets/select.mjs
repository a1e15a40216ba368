// Takes from the package what the console uses: the stylesheet without rules for icons and logos nobody shows, the fonts and images that it then names, a sprite of icons, the licences.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const [, , from, to] = process.argv
const dist = join(from, 'dist')

// The icons that pages may name: <icon name="…" />.
const icons = [
  'account', 'analytics', 'arrow-back', 'check', 'checklist', 'chevron-down', 'chevron-left', 'chevron-right', 'close', 'copy', 'delete', 'document', 'download', 'edit', 'error', 'help',
  'history', 'home', 'hourglass', 'info', 'language', 'list-check', 'lock', 'menu', 'more-horiz', 'payments', 'person', 'persons', 'print', 'refresh', 'search', 'settings', 'success', 'sync',
  'time', 'visibility', 'visibility-off', 'warning',
]

const faces = new Set(['normal400', 'normal500', 'normal600', 'normal700', 'italic400'])
const css = readFileSync(join(dist, 'css/dkfds.min.css'), 'utf8')
  .replace(/\/\*# sourceMappingURL=.*?\*\//, '')
  .replace(/@font-face\{([^}]*)\}/g, (_, face) => {
    const style = /font-style:(\w+)/.exec(face)[1], weight = /font-weight:(\w+)/.exec(face)[1], woff2 = /url\([^)]*\.woff2\) format\("woff2"\)/.exec(face)
    return woff2 && faces.has(style + weight) ? `@font-face{font-display:swap;font-family:IBM Plex Sans;font-style:${style};font-weight:${weight};src:${woff2[0]}}` : ''
  })
  .replace(/\.icon-[a-z-]+:not\(a\)\{background-image:url\([^)]*\)\}/g, '')
  .replace(/background-image:url\([^)]*\.png\);?/g, '')
  .replace(/url\(\.\.\/fonts\/IBMPlexSans\/complete\/woff2\//g, 'url(fonts/')
  .replace(/url\(\.\.\/img\/svg-icons\//g, 'url(icons/')

rmSync(to, { recursive: true, force: true })
const put = (path, content) => { mkdirSync(dirname(join(to, path)), { recursive: true }); writeFileSync(join(to, path), content) }
const copy = (source, path) => { mkdirSync(dirname(join(to, path)), { recursive: true }); copyFileSync(join(dist, source), join(to, path)) }

put('dkfds.min.css', css)
for (const [, path] of new Set(css.matchAll(/url\(([^)]+)\)/g))) {
  if (path.startsWith('fonts/')) copy(`fonts/IBMPlexSans/complete/woff2/${path.slice('fonts/'.length)}`, path)
  else if (path.startsWith('icons/')) copy(`img/svg-icons/${path.slice('icons/'.length)}`, path)
  else throw new Error(`Not expected in the stylesheet: ${path}`)
}
const sprite = readFileSync(join(dist, 'img/all-svg-icons.svg'), 'utf8')
const symbols = icons.map(name => new RegExp(`<symbol id="${name}".*?</symbol>`, 's').exec(sprite)?.[0]).filter(Boolean)
put('icons.svg', `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join('\n')}\n</svg>\n`)
copy('LICENSE.md', 'LICENSE.md')
copy('fonts/IBMPlexSans/complete/woff2/license.txt', 'fonts/LICENSE.txt')
