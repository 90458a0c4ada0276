import vue from "@vitejs/plugin-vue";
import type { Plugin, Rollup } from "vite";
import { defineConfig } from "vitest/config";

/** What the service worker keeps: the phone's pages with all that they load at first, but no map. */
const KEPT = /\/(main\.ts|index\.html|WorkerScreen\.vue|ReportScreen\.vue|FollowScreen\.vue)$/;

/** Tells the service worker the files of these, each once it is named by its content. */
function listKept(): Plugin {
  return {
    name: "list-kept",
    enforce: "post",
    async generateBundle(_, bundle) {
      const worker = bundle["sw.js"] as Rollup.OutputChunk;
      const page = bundle["index.html"] as Rollup.OutputAsset;
      const revision = await digest(page.source as string);
      const files = [...filesOf(bundle)].map((file) => ({ url: `/${file}`, revision: null }));
      worker.code = worker.code.replace("self.__WB_MANIFEST", JSON.stringify([{ url: "/worker", revision }, ...files]));
    },
  };
}

async function digest(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...bytes.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function filesOf(bundle: Rollup.OutputBundle): Set<string> {
  const files = new Set<string>();
  const take = (name: string): void => {
    const chunk = bundle[name];
    if (chunk?.type !== "chunk" || files.has(name)) return;
    files.add(name);
    for (const style of chunk.viteMetadata?.importedCss ?? []) files.add(style);
    chunk.imports.forEach(take);
  };
  for (const chunk of Object.values(bundle)) {
    if (chunk.type === "chunk" && KEPT.test(chunk.facadeModuleId ?? "")) take(chunk.fileName);
  }
  return files;
}

export default defineConfig({
  base: "/",
  plugins: [vue(), listKept()],
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_I18N_LEGACY_API__: false,
  },
  build: {
    outDir: "../static",
    emptyOutDir: true,
    // Inlined assets become data: URLs, which a strict content security policy refuses.
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { index: "index.html", sw: "src/offline/sw.ts" },
      // A service worker's name must stay, or browsers would not find the next one.
      output: { entryFileNames: ({ name }) => (name === "sw" ? "sw.js" : "assets/[name]-[hash].js") },
    },
  },
  server: {
    proxy: { "/api": "http://127.0.0.1:8080" },
  },
});
