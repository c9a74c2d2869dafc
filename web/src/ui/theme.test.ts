// @vitest-environment jsdom
import { beforeEach, describe, expect, test } from 'vitest';
import { clientName } from './clientName';
import { setTheme, startTheme } from './theme';

describe('the colours', () => {
  beforeEach(() => {
    // biome-ignore lint/suspicious/noDocumentCookie: as the page does it
    document.cookie = 'wardwatch_theme=; Path=/; Max-Age=0';
  });

  test('are kept in a cookie, and nothing in the storage', () => {
    setTheme('light');
    expect(document.cookie).toContain('wardwatch_theme=light');
    expect(Object.keys(localStorage)).toEqual([]);
    document.documentElement.dataset.theme = '';
    startTheme();
    expect(document.documentElement.dataset.theme).toBe('light');
  });

  test('are dark where nothing, or nonsense, is kept', () => {
    // biome-ignore lint/suspicious/noDocumentCookie: as the page does it
    document.cookie = 'wardwatch_theme=pink; Path=/';
    startTheme();
    expect(document.documentElement.dataset.theme).toBe('dark');
  });
});

test.each([
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/147.0 Safari/537.36 Edg/147.0',
    'Edge on Windows',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0', 'Firefox on Linux'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1',
    'Safari on iPhone',
  ],
  ['ward/1.0', 'ward/1.0'],
  ['', 'Unknown program'],
])('%s is %s', (agent, name) => {
  expect(clientName(agent)).toBe(name);
});
