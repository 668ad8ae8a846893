import { svelte } from '@sveltejs/vite-plugin-svelte'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'

/** Vue must be told which tags are not its own; nothing else is set for bertweet-wasm. */
const isCustomElement = (tag) => tag === 'tweet-sentiment'

export default {
  plugins: [react(), vue({ template: { compilerOptions: { isCustomElement } } }), svelte()],
  build: { rollupOptions: { input: ['react.html', 'vue.html', 'svelte.html'] } }
}
