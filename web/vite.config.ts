import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { VantResolver } from '@vant/auto-import-resolver'
import { defineConfig } from 'vitest/config'
import { field } from './build/field.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** One HTML file per face: the console is `index.html`, the field app `m/index.html`. */
const faces = { console: here('./index.html'), field: here('./m/index.html') }

/** Where `npm run dev` finds the server; `cargo xtask dev` starts it there. */
const server = process.env.HANGJI_SERVER ?? 'http://127.0.0.1:7007'

export default defineConfig({
  plugins: [
    vue(),
    Components({ dts: false, dirs: [], resolvers: [ElementPlusResolver({ importStyle: 'css' }), VantResolver()] }),
    field(),
  ],
  resolve: {
    alias: { '@shared': here('./shared/src'), '@': here('./console/src'), '@field': here('./field/src') },
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(['/api', '/openapi.json', '/docs', '/health'].map((path) => [path, server])),
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Browsers of government desks: 360, Qi'anxin and phone WebViews lag years behind.
    target: ['chrome87', 'safari14', 'firefox91'],
    // Nothing inlined as data: URLs in scripts, so that a strict CSP can stay strict.
    assetsInlineLimit: 0,
    // The map engine is one file of that size, loaded only by pages with a map.
    chunkSizeWarningLimit: 1100,
    rolldownOptions: { input: faces },
  },
  worker: { format: 'es' },
  test: {
    environment: 'happy-dom',
    include: ['shared/test/**/*.test.ts', 'console/test/**/*.test.ts', 'field/test/**/*.test.ts'],
    server: { deps: { inline: ['element-plus', 'vant'] } },
  },
})
