import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// The server that answers /api and /hubs while developing; in production one origin serves everything.
const backend = process.env.WARDWATCH_URL ?? 'http://localhost:8080';
const proxied = { target: backend, changeOrigin: false };

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist',
    target: 'es2023',
    // The content security policy allows 'self' only: nothing may become a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: 'third-party-licenses.md' },
  },
  server: {
    port: 5173,
    proxy: {
      '/api': proxied,
      '/hubs': { ...proxied, ws: true },
    },
  },
  test: {
    // What needs a document says so in its first line; making one for each file takes longer than all tests.
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}'],
  },
});
